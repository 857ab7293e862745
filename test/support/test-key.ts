/** The API key of every gateway of a test. */
export const testKey = "test-key-0123456789-abcdef";
