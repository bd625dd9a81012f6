/**
 * The parts of Observable Plot that charts use, and a DOM for them. `npm run build` makes one file of this and of what it
 * imports: production installs neither, of which d3 alone would take 15 MB.
 */
export { createDocument } from '@mixmark-io/domino';
export {
  axisX,
  axisY,
  dot,
  gridY,
  lineY,
  plot,
  rect,
  ruleX,
  ruleY,
  text,
  type Markish,
  type PlotOptions,
  type Text,
} from '@observablehq/plot';
