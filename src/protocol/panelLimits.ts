/** Characters of typed or pasted text in one message of a panel; what is longer comes in several. */
export const longestPanelInput = 64 * 1024;
