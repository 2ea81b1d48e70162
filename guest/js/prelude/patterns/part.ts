// part.ts: the patterns part: URLPattern by urlpattern-polyfill.
export { URLPattern } from "urlpattern-polyfill/urlpattern";
