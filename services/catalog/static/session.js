// Times in the reader's own zone, and ways to share a page.

const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
for (const place of document.querySelectorAll(".yours")) {
  const [starts, ends] = [place.dataset.starts, place.dataset.ends].map((moment) => new Date(moment));
  const told = (zone) =>
    new Intl.DateTimeFormat("en-US", { weekday: "long", month: "long", day: "numeric", hour: "numeric", minute: "2-digit", timeZone: zone });
  if (told(own).format(starts) === told(place.dataset.zone).format(starts)) {
    place.classList.add("same");
    continue;
  }
  const named = new Intl.DateTimeFormat("en-US", { hour: "numeric", timeZoneName: "short", timeZone: own });
  const zone = named.formatToParts(starts).find((part) => part.type === "timeZoneName").value;
  place.textContent = `${told(own).formatRange(starts, ends)} ${zone} where you are`;
}

for (const button of document.querySelectorAll("[data-share]")) {
  if (!navigator.share) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    // Who closes the dialogue has not failed.
    navigator.share({ title: button.dataset.title, url: button.dataset.share }).catch(() => {});
  });
}
