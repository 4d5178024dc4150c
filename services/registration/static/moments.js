// Adds to the time of an online session what that is where the reader is. The page names the session's own zone.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

for (const time of document.querySelectorAll("time[data-local]")) {
  const start = new Date(time.dateTime);
  const end = new Date(time.dataset.ends ?? time.dateTime);
  const clock = new Intl.DateTimeFormat("en-US", { hour: "numeric", minute: "2-digit", timeZoneName: "short", timeZone: zone });
  const day = new Intl.DateTimeFormat("en-US", { weekday: "long", month: "long", day: "numeric", timeZone: zone });
  const local = `${day.format(start)}, ${clock.formatRange(start, end)}`;
  const name = clock.formatToParts(start).find((part) => part.type === "timeZoneName").value;
  if (!time.textContent.trim().endsWith(name)) {
    const yours = document.createElement("span");
    yours.className = "yours";
    yours.textContent = `Your time: ${local}`;
    time.after(yours);
  }
}
