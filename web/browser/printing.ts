import { marked } from './elements';

export function offerPrinting(): void {
  const button = marked('print');
  if (button === null) return;
  button.hidden = false;
  button.addEventListener('click', () => {
    print();
  });
}
