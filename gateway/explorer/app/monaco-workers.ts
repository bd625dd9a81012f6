/** Monaco asks for its workers by label; ours lie beside index.html, as the content security policy wants it. */
self.MonacoEnvironment = {
  getWorker: (_id, label) => new Worker(workerFile(label)),
};

function workerFile(label: string): string {
  switch (label) {
    case 'json':
    case 'graphql':
      return MONACO_WORKERS[label];
    default:
      return MONACO_WORKERS.editor;
  }
}
