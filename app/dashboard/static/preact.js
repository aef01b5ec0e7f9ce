// The vendored library under the names that the page uses; it is a classic script, so that a saved page can hold it, too.
export const { html, render, useState, useEffect, useRef, useMemo, useCallback } = globalThis.preactHtm;
