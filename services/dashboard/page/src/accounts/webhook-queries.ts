import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getJson, reasonOf, send } from "../api/http";
import { keys } from "../api/keys";
import { urls } from "../api/urls";
import type { AddedWebhook, Delivery, DeliveryPage, NewWebhook, Webhook, WebhookList, WebhookPatch } from "../contract";
import { useToast } from "../ui/toasts";

/** While a delivery waits, how it goes on is asked for. */
const DELIVERIES_MS = 2000;

export function useWebhooks() {
  return useQuery({ queryKey: keys.webhooks, queryFn: ({ signal }) => getJson<WebhookList>(urls.webhooks, signal) });
}

export function useAddWebhook() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (webhook: NewWebhook) => (await send<AddedWebhook>("POST", urls.webhooks, webhook))!,
    onSettled: () => client.invalidateQueries({ queryKey: keys.webhooks }),
  });
}

export function useNewSecret(id: string) {
  return useMutation({
    mutationFn: async (overlapH: number) => (await send<AddedWebhook>("POST", urls.webhookSecret(id), { overlap_h: overlapH }))!,
  });
}

/** Disabling ends the deliveries that wait. */
export function useChangeWebhook() {
  const toast = useToast();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, patch }: { id: string; patch: WebhookPatch }) => send<Webhook>("PATCH", urls.webhook(id), patch),
    onError: (error) => toast({ tone: "bad", text: reasonOf(error) }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.webhooks }),
  });
}

/** Newest first. */
export function useDeliveries(id: string) {
  return useInfiniteQuery({
    queryKey: keys.deliveries(id),
    queryFn: ({ pageParam, signal }) => getJson<DeliveryPage>(urls.deliveries(id, pageParam), signal),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.next_before,
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ items }) => items.some(({ status }) => status === "waiting")) ? DELIVERIES_MS : false,
  });
}

/** Sends a ping, or a delivery once more. */
export function useSending(id: string) {
  const toast = useToast();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (url: string) => send<Delivery>("POST", url),
    onError: (error) => toast({ tone: "bad", text: reasonOf(error) }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.deliveries(id) }),
  });
}
