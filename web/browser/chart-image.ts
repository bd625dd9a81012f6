/** Twice the drawing's own size, for slides and documents. */
const SCALE = 2;

/** Lets charts be kept as PNG: the browser draws the SVG of this site on a canvas. */
export function offerChartImages(): void {
  for (const button of document.querySelectorAll<HTMLElement>('[data-chart-png]')) {
    const { chartPng, chartName } = button.dataset;
    if (chartPng === undefined || chartName === undefined) continue;
    button.hidden = false;
    button.addEventListener('click', () => {
      void keep(chartPng, chartName).catch(() => {
        button.textContent = 'The chart could not be drawn. Try again';
      });
    });
  }
}

async function keep(address: string, name: string): Promise<void> {
  const image = new Image();
  image.src = address;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.naturalWidth * SCALE;
  canvas.height = image.naturalHeight * SCALE;
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve, 'image/png');
  });
  if (blob === null) throw new Error('The canvas has no image.');
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
