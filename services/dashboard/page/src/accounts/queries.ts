import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getJson, reasonOf, send } from "../api/http";
import { keys } from "../api/keys";
import { urls } from "../api/urls";
import type {
  AddedLink,
  AddedToken,
  AuditPage,
  LinkList,
  NewLink,
  NewToken,
  NewUser,
  StorageUsage,
  TokenList,
  User,
  UserList,
  UserPatch,
} from "../contract";
import { useToast } from "../ui/toasts";

const AUDIT_PAGE = 100;

export function useStorage() {
  return useQuery({ queryKey: keys.storage, queryFn: ({ signal }) => getJson<StorageUsage>(urls.storage, signal) });
}

export function useUsers() {
  return useQuery({ queryKey: keys.users, queryFn: ({ signal }) => getJson<UserList>(urls.users, signal) });
}

export function useTokens() {
  return useQuery({ queryKey: keys.tokens, queryFn: ({ signal }) => getJson<TokenList>(urls.tokens, signal) });
}

export function useLinks() {
  return useQuery({ queryKey: keys.links, queryFn: ({ signal }) => getJson<LinkList>(urls.links, signal) });
}

/** Newest first. */
export function useAudit() {
  return useInfiniteQuery({
    queryKey: keys.audit,
    queryFn: ({ pageParam, signal }) => getJson<AuditPage>(urls.audit(AUDIT_PAGE, pageParam), signal),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.next_before,
  });
}

/** A change of a list, which is requested again whatever became of it. */
function useListChange<Variables, Answer>(key: readonly string[], change: (variables: Variables) => Promise<Answer>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSettled: () => client.invalidateQueries({ queryKey: key }),
  });
}

export function useAddUser() {
  return useListChange(keys.users, (user: NewUser) => send<User>("POST", urls.users, user));
}

/** A refusal is said in the corner, unless the caller says it. */
export function useChangeUser(isSaid = false) {
  const toast = useToast();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, patch }: { id: string; patch: UserPatch }) => send<User>("PATCH", urls.user(id), patch),
    onError: (error) => {
      if (!isSaid) toast({ tone: "bad", text: reasonOf(error) });
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.users }),
  });
}

/** Removes an account, a token or a link. */
export function useRemoval(key: readonly string[], urlOf: (id: string) => string) {
  const toast = useToast();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => send("DELETE", urlOf(id)),
    onError: (error) => toast({ tone: "bad", text: reasonOf(error) }),
    onSettled: () => client.invalidateQueries({ queryKey: key }),
  });
}

export function useAddToken() {
  return useListChange(keys.tokens, async (token: NewToken) => (await send<AddedToken>("POST", urls.tokens, token))!);
}

export function useShare() {
  return useListChange(keys.links, async (link: NewLink) => (await send<AddedLink>("POST", urls.links, link))!);
}
