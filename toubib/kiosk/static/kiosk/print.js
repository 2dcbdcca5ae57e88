// @ts-check
/* K10: a document printed from the kiosk: its file in a hidden frame, printed by the browser, which asks nothing when
   the launcher started it with --kiosk-printing. The frame goes afterwards: nothing stays in memory. Toubib, EUPL-1.2 */

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-print]") : null;
  if (!(button instanceof HTMLButtonElement)) return;
  button.disabled = true;
  const frame = document.createElement("iframe");
  frame.className = "kiosk-print";
  frame.setAttribute("aria-hidden", "true");
  frame.tabIndex = -1;
  frame.addEventListener("load", () => {
    frame.contentWindow?.focus();
    frame.contentWindow?.print();
    document.dispatchEvent(new CustomEvent("toubib:toast", { detail: { text: button.dataset.printed } }));
    window.setTimeout(() => { frame.remove(); button.disabled = false; }, 15_000);
  });
  frame.src = button.dataset.print ?? "";
  document.body.append(frame);
});
