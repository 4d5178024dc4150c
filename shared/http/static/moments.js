// Tells in the reader's own zone when something is, where that is another time than in its own. The places for it are there
// already (.yours), so that nothing moves.
const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
const DAY = { weekday: "long", month: "long", day: "numeric" };
const HOUR = { hour: "numeric", minute: "2-digit" };

for (const place of document.querySelectorAll(".yours")) {
  const starts = new Date(place.dataset.starts);
  const ends = new Date(place.dataset.ends ?? place.dataset.starts);
  const told = (timeZone) => new Intl.DateTimeFormat("en-US", { ...DAY, ...HOUR, timeZone });
  if (told(own).format(starts) === told(place.dataset.zone).format(starts)) {
    place.classList.add("same");
    continue;
  }
  const named = new Intl.DateTimeFormat("en-US", { ...HOUR, timeZoneName: "short", timeZone: own });
  const zone = named.formatToParts(starts).find((part) => part.type === "timeZoneName").value;
  place.textContent = `${told(own).formatRange(starts, ends)} ${zone} where you are`;
}
