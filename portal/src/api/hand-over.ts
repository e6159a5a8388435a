/** Hands bytes to the browser to be saved under a name. */
export function handOver(bytes: Blob, name: string): void {
  const address = URL.createObjectURL(bytes);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken the bytes once the click is over; a moment of grace for slow ones.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
