import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";

/** Answers whether the condition of a write held. */
export async function conditionally(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
