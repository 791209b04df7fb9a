import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getJson, reasonOf, RequestFailed, send } from "../api/http";
import { keys } from "../api/keys";
import { urls } from "../api/urls";
import type { Alert, AlertCondition, AlertPage, AlertRule, AlertRuleList, Replay } from "../contract";
import { useToast } from "../ui/toasts";

const LISTED = 50;
/** The channel tells at once; this is for what it cannot tell while it is closed. */
const EVERY_MS = 10_000;

export function useAlerts(id: string) {
  return useQuery({
    queryKey: keys.alerts(id),
    queryFn: ({ signal }) => getJson<AlertPage>(urls.alerts(id, LISTED), signal),
    refetchInterval: EVERY_MS,
  });
}

/** A video that was just uploaded is known there in a moment: until then it has no rules. */
export function useRules(id: string) {
  return useQuery({
    queryKey: keys.alertRules(id),
    queryFn: async ({ signal }) => {
      try {
        return await getJson<AlertRuleList>(urls.alertRules(id), signal);
      } catch (error) {
        if (error instanceof RequestFailed && error.status === 404) return { items: [] };
        throw error;
      }
    },
  });
}

export function useAcknowledge(id: string) {
  const refetch = useRefetch(id);
  const toast = useToast();
  return useMutation({
    mutationFn: (alertId: string) => send<Alert>("POST", urls.acknowledge(id, alertId)),
    onSettled: refetch,
    onError: (error) => toast({ tone: "bad", text: reasonOf(error) }),
  });
}

export interface RuleChange {
  /** Null: a new rule. */
  ruleId: string | null;
  body: { name?: string; condition?: AlertCondition; is_enabled?: boolean };
}

export function useSaveRule(id: string) {
  const refetch = useRefetch(id);
  return useMutation({
    mutationFn: ({ ruleId, body }: RuleChange) =>
      ruleId === null
        ? send<AlertRule>("POST", urls.alertRules(id), body)
        : send<AlertRule>("PATCH", urls.alertRule(id, ruleId), body),
    onSettled: refetch,
  });
}

export function useDeleteRule(id: string) {
  const refetch = useRefetch(id);
  const toast = useToast();
  return useMutation({
    mutationFn: (ruleId: string) => send("DELETE", urls.alertRule(id, ruleId)),
    onSettled: refetch,
    onError: (error) => toast({ tone: "bad", text: reasonOf(error) }),
  });
}

/** What the rule would have raised; nothing is stored. */
export function useReplay(id: string) {
  return useMutation({
    mutationFn: (condition: AlertCondition) => send<Replay>("POST", urls.alertReplay(id), { condition }),
  });
}

function useRefetch(id: string): () => Promise<unknown> {
  const client = useQueryClient();
  return () => Promise.all([keys.alerts(id), keys.alertRules(id)].map((queryKey) => client.invalidateQueries({ queryKey })));
}
