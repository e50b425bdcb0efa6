// What needs the device: copying a text, the phone's own share sheet, and counting seconds. Every page works without this file.
(() => {
  const copyText = async (text) => {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "hush";
    area.readOnly = true;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (!done) throw new Error("copy refused");
  };

  document.addEventListener("click", async (event) => {
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      const source = document.getElementById(copy.dataset.copy);
      const text = source.value ?? source.textContent;
      try {
        await copyText(text.trim());
        copy.textContent = copy.dataset.done;
      } catch {
        source.hidden = false;
        const range = document.createRange();
        range.selectNodeContents(source);
        getSelection().removeAllRanges();
        getSelection().addRange(range);
        copy.textContent = copy.dataset.failed;
      }
    }
    const share = event.target.closest("[data-share]");
    if (share && navigator.share) {
      navigator.share({ text: share.dataset.share }).catch(() => {});
    }
  });

  for (const button of document.querySelectorAll("[data-wait]")) {
    const hint = document.getElementById(button.getAttribute("aria-describedby"));
    const words = hint.textContent, from = Date.now() + button.dataset.wait * 1000;
    const count = () => {
      const seconds = Math.ceil((from - Date.now()) / 1000);
      button.disabled = seconds > 0;
      hint.hidden = seconds <= 0;
      hint.textContent = words.replace(/[0-9]+/, seconds);
      if (seconds > 0) setTimeout(count, 250);
    };
    count();
  }

  for (const button of document.querySelectorAll("[data-copy], [data-share]")) {
    button.hidden = button.matches("[data-share]") && !navigator.share;
  }
})();
