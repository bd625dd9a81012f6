FROM node:20-slim
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build && npm prune --omit=dev && mkdir /data && chown node /data
USER node
ENTRYPOINT ["node", "--enable-source-maps", "--max-semi-space-size=32", "dist/main.js"]
