// What conversations need besides the objects and the ledger: somebody who seals, and the way to models that applications take too.
import type { Repository } from '../../api/resources.ts';
import type { Services } from '../operation.ts';
import type { Sealer } from './sealer.ts';

export interface Turn {
  role: 'user' | 'assistant' | 'system';
  content: string;
}

export interface ChatRequest {
  repository: Repository;
  model: string;
  /** The earlier turns, and the new one last. */
  turns: readonly Turn[];
  /** Who asks, and in which conversation: dimensions of the ledger. */
  user: string;
  conversation: string;
}

/** `refused`: an answer of the gateway to the caller, such as a policy that blocks; `unavailable`: nobody answered. */
export type ChatReply =
  | { outcome: 'answered'; text: string; tokensIn: number; tokensOut: number }
  | { outcome: 'refused'; message: string }
  | { outcome: 'unavailable'; message: string };

export interface ChatGateway {
  /** As an ordinary request to the repository: its policies, limits and models apply, and its use is counted. Never rejects. */
  ask(request: ChatRequest, signal: AbortSignal): Promise<ChatReply>;
}

export interface ConversationServices extends Services {
  conversations: {
    /** Undefined: no key is configured. */
    sealer: Sealer | undefined;
    gateway: ChatGateway;
  };
}
