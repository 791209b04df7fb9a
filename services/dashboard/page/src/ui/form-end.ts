import { useState } from "react";
import { reasonOf } from "../api/http";
import { useToast } from "./toasts";

/** How a form ends: what it sent is taken, so that it closes and says `done`, or it stays and shows the problem. */
export function useFormEnd(onClose: () => void, done: () => string) {
  const toast = useToast();
  const [problem, setProblem] = useState<string | null>(null);
  const end = {
    onSuccess: () => {
      onClose();
      toast({ tone: "calm", text: done() });
    },
    onError: (error: Error) => setProblem(reasonOf(error)),
  };
  return { problem, setProblem, end };
}
