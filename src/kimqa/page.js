() => {
  // A mark leads to its card and a card back to its answer, without moving the rest of the page.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="#cite-"], a[href^="#answer-"]');
    const target = link && document.getElementById(link.hash.slice(1));
    if (!target) return;
    event.preventDefault();
    for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    for (const earlier of document.querySelectorAll(".arrived")) earlier.classList.remove("arrived");
    target.classList.add("arrived");
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    target.scrollIntoView({ block: "nearest", behavior: still ? "auto" : "smooth" });
    target.focus({ preventScroll: true });
  });

  // "Correct it" puts the question as it was searched into the field, to be changed and asked again.
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button.correct");
    const field = button && document.querySelector("#question textarea, #question input");
    if (!field) return;
    field.value = button.dataset.question;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });

  window.kimqa = {
    async copy(text) {
      if (navigator.clipboard) {
        await navigator.clipboard.writeText(text);
      } else { // a page that is not served from this machine or over https has no clipboard
        const area = Object.assign(document.createElement("textarea"), { value: text });
        document.body.append(area);
        area.select();
        document.execCommand("copy");
        area.remove();
      }
      return "The answer is copied with its sources.";
    },
    save(text, name) {
      const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
      Object.assign(document.createElement("a"), { href: address, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(address), 10000);
      return "The conversation is saved.";
    },
  };

  // The script may run before the page has these parts: it then comes back to them.
  const watch = () => {
    const filters = document.getElementById("filters");
    const conversation = document.getElementById("conversation");
    if (!filters || !conversation) {
      setTimeout(watch, 50);
      return;
    }

    // A calendar for the two dates, once their fold is opened: the browser's own, which gives and takes YYYY-MM-DD.
    const calendars = () => {
      for (const input of document.querySelectorAll("#since input, #until input")) input.type = "date";
    };
    calendars();
    new MutationObserver(calendars).observe(filters, { childList: true, subtree: true });

    // A new question comes to the top of the conversation, so that its answer is read from its beginning.
    let shown = 0, pending = false;
    new MutationObserver(() => {
      const exchanges = conversation.querySelectorAll(".exchange");
      const last = exchanges[exchanges.length - 1];
      if (last && (exchanges.length > shown || pending)) {
        conversation.scrollTop += last.getBoundingClientRect().top - conversation.getBoundingClientRect().top;
      }
      shown = exchanges.length;
      pending = Boolean(last?.querySelector(".progress"));
    }).observe(conversation, { childList: true, subtree: true, characterData: true });
  };
  watch();
}
