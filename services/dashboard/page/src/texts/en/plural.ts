import { pluralIn } from "../locale";

export const plural = pluralIn("en");
