import { marked } from './elements';

/** Offers to copy the address that the page shows; without JavaScript it can be copied by hand. */
export function offerCopying(): void {
  const [button, from, said] = [marked('copy-link'), marked('copy-from'), marked('copy-said')];
  if (button === null || said === null || !(from instanceof HTMLAnchorElement)) return;
  button.hidden = false;
  button.addEventListener('click', () => {
    void navigator.clipboard.writeText(from.href).then(
      () => (said.textContent = 'The address is copied.'),
      () => (said.textContent = 'Your browser does not let this page copy. Copy the address above.'),
    );
  });
}
