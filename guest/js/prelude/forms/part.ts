// part.ts: the forms part: FormData, and forms as bytes in both of their encodings.
export { decodeForm } from "./decode-form.js";
export { encodeForm } from "./encode-form.js";
export { FormData } from "./form-data.js";
