/** The printed report of a video. */
export const report = {
  title: "Traffic count",
  printed: "Printed",
  keyNumbers: "Region of interest",
  allTypes: "All",
  place: "Zone or gate",
  placesByType: "Zones and gates, by type",
  dwell: "Ø dwell",
  countsEvery: (interval: string) => `Counts ${interval}`,
  intervalsShown: (shown: number, of: number) => `The first ${shown} of ${of} intervals; all are in the CSV and XLSX files.`,
  longerIntervals: (chosen: string) => `The table ${chosen} is too long for this sheet; it is in the CSV and XLSX files.`,
  morePlaces: (count: number) => `${count} more are in the CSV and XLSX files.`,
  inFiles: "Each vehicle, the flows, and everything by type, place and interval, is in the CSV and XLSX files of this video.",
  checkedBy: "Checked by",
  dateSigned: "Date, signature",
};
