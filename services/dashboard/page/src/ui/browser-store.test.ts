import { afterEach, expect, it, vi } from "vitest";
import { store, stored } from "./browser-store";

afterEach(() => vi.unstubAllGlobals());

function refuse(): never {
  throw new DOMException("refused", "SecurityError");
}

it("remembers a value by its name", () => {
  const values = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    getItem: (name: string) => values.get(name) ?? null,
    setItem: (name: string, value: string) => values.set(name, value),
  });
  expect(stored("colour")).toBeNull();
  store("colour", "green");
  expect(stored("colour")).toBe("green");
});

it("remembers nothing where the browser refuses", () => {
  vi.stubGlobal("localStorage", { getItem: refuse, setItem: refuse });
  store("colour", "green");
  expect(stored("colour")).toBeNull();
});
