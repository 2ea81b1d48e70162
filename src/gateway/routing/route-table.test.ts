// route-table.test.ts: which route a request finds, its parameters, and that a naive matcher finds the same.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { hostNameOf } from "./host-name.js";
import { type PathPart, parseRoutePath, shapeOf } from "./route-path.js";
import { type Routed, RouteTable } from "./route-table.js";

function table(...paths: string[]): RouteTable<Routed> {
  return new RouteTable(paths.map((path) => ({ hosts: [], path })));
}

const routes = table("/hello", "/files/*", "/files/new/*", "/files/new/one", "/");

const cases: [target: string, path: string | undefined][] = [
  ["/hello", "/hello"],
  ["/hello?name=x", "/hello"],
  ["/hello/", undefined],
  ["/hell", undefined],
  ["/Hello", undefined],
  ["/%68ello", undefined],
  ["/files", "/files/*"],
  ["/files?x", "/files/*"],
  ["/files/", "/files/*"],
  ["/files/a/b", "/files/*"],
  ["/filesystem", undefined],
  ["/files/new", "/files/new/*"],
  ["/files/new/two", "/files/new/*"],
  ["/files/new/one", "/files/new/one"],
  ["/files/newer", "/files/*"],
  ["/", "/"],
  ["/?/hello", "/"],
  ["*", undefined],
  ["", undefined],
];

for (const [target, path] of cases) {
  test(`target "${target}" finds ${path ?? "no route"}`, () =>
    assert.equal(routes.match("localhost", target)?.route.path, path));
}

test("/* finds every path that no other route has", () => {
  const all = table("/*", "/a");
  for (const [target, path] of [
    ["/a", "/a"],
    ["/a/b", "/*"],
    ["/", "/*"],
  ])
    assert.equal(all.match("", target!)?.route.path, path);
});

test("an exact segment goes before a parameter, a parameter before a rest, the longest first", () => {
  const some = table("/a/*", "/[x]/b", "/a/[y]/c", "/[...rest]", "/a/b/c", "/a/[y]/[z]");
  const expected = { "/a/b/c": "/a/b/c", "/a/x/c": "/a/[y]/c", "/a/x/y": "/a/[y]/[z]", "/a/b": "/a/*" };
  for (const [target, path] of Object.entries({ ...expected, "/x/b": "/[x]/b", "/x/c": "/[...rest]" }))
    assert.equal(some.match("", target)?.route.path, path, target);
});

test("parameters are decoded once, exact segments not at all", () => {
  const some = table("/users/[id]/posts/[post]", "/files/[...rest]", "/a%20b");
  assert.deepEqual(some.match("", "/users/a%20b/posts/%2525")?.params, { id: "a b", post: "%25" });
  assert.deepEqual(some.match("", "/files/a%2Fb/c%20d/")?.params, { rest: "a/b/c d/" });
  assert.equal(some.match("", "/files/a%2Fb/c%20d/")?.rest, "a%2Fb/c%20d/");
  assert.deepEqual(some.match("", "/a%20b")?.params, {});
  assert.equal(some.match("", "/a b"), undefined);
});

test("what decodes to no text stays as it came", () => {
  const some = table("/[id]");
  for (const id of ["%", "%zz", "%ff", "%E4%F6"]) assert.deepEqual(some.match("", `/${id}`)?.params, { id });
});

test("a parameter and a rest with a name are never empty; a rest without one may be", () => {
  const some = table("/users/[id]", "/files/[...rest]", "/all/*");
  for (const target of ["/users/", "/users", "/files", "/files/"])
    assert.equal(some.match("", target), undefined, target);
  for (const [target, rest] of [
    ["/all", ""],
    ["/all/", ""],
    ["/all/x", "x"],
    ["/all//x", "/x"],
  ])
    assert.equal(some.match("", target!)?.rest, rest, target);
});

test("a parameter of any name is a parameter", () => {
  const match = table("/[__proto__]/[constructor]").match("", "/a/b");
  assert.deepEqual(Object.entries(match!.params), [
    ["__proto__", "a"],
    ["constructor", "b"],
  ]);
});

test("a host's own routes go before a wildcard's, those before every host's", () => {
  const some = new RouteTable([
    { hosts: [], path: "/*" },
    { hosts: ["*.example.com"], path: "/[page]" },
    { hosts: ["api.example.com", "[::1]"], path: "/a" },
  ]);
  const pathFor = (host: string, target: string) => some.match(host, target)?.route.path;
  assert.equal(pathFor("api.example.com", "/a"), "/a");
  assert.equal(pathFor("API.example.com.:8080", "/a"), "/a");
  assert.equal(pathFor("[::1]:80", "/a"), "/a");
  assert.equal(pathFor("api.example.com", "/b"), "/[page]");
  assert.equal(pathFor("www.example.com", "/a"), "/[page]");
  assert.equal(pathFor("a.www.example.com", "/a"), "/*");
  assert.equal(pathFor("example.com", "/a"), "/*");
  assert.equal(pathFor("www.example.com", "/a/b"), "/*");
});

const text = fc.constantFrom("a", "b", "%61", "");
const inner = fc.oneof(text, fc.constantFrom("[x]", "[y]"));
const end = fc.oneof(inner, fc.constantFrom("*", "[...z]"));
const path = fc
  .tuple(fc.array(inner, { maxLength: 3 }), end)
  .map(([start, last]) => `/${[...start, last].join("/")}`)
  .filter((candidate) => parseRoutePath(candidate) !== undefined);
const host = fc.constantFrom("a.test", "b.test", "*.test", "*.a.test");
const route = fc.record({ hosts: fc.uniqueArray(host, { maxLength: 2 }), path });
/** Of two that answer the same, which a config never has, either would do. */
const distinctRoutes = fc
  .array(route, { maxLength: 8 })
  .filter((some) => new Set(some.map(({ path: p }) => shapeOf(parseRoutePath(p)!))).size === some.length);
const request = fc.record({
  authority: fc.constantFrom("a.test", "B.test:8080", "c.test", "x.a.test", "test", ""),
  target: fc
    .array(fc.oneof(text, fc.constant("c")), { minLength: 1, maxLength: 5 })
    .map((parts) => `/${parts.join("/")}`),
});

test("a naive matcher finds the same route", () => {
  fc.assert(
    fc.property(distinctRoutes, request, (some, { authority, target }) => {
      assert.equal(new RouteTable(some).match(authority, target)?.route, naiveMatch(some, authority, target));
    }),
    { numRuns: 2000 },
  );
});

/** Every route that fits, the best by one comparison after the other. */
function naiveMatch(some: readonly Routed[], authority: string, target: string): Routed | undefined {
  const name = hostNameOf(authority);
  const fitting = some.flatMap((candidate) => {
    const parts = parseRoutePath(candidate.path)!;
    const hosts = candidate.hosts.length === 0 ? ["**"] : candidate.hosts;
    return hosts
      .filter((pattern) => hostFits(pattern, name) && pathFits(parts, target.slice(1).split("/")))
      .map((pattern) => ({ candidate, rank: [hostRank(pattern), ...parts.map(partRank), END_RANK] }));
  });
  fitting.sort((a, b) => compare(a.rank, b.rank));
  return fitting[0]?.candidate;
}

function hostFits(pattern: string, name: string): boolean {
  if (pattern === "**") return true;
  return new RegExp(`^${pattern.replaceAll(".", "\\.").replace("*", "[^.]+")}$`).test(name);
}

function pathFits([part, ...parts]: readonly PathPart[], [segment, ...segments]: readonly string[]): boolean {
  if (part === undefined) return segment === undefined;
  if (part.kind === "rest") return part.name === undefined || [segment, ...segments].join("/") !== "";
  if (segment === undefined) return false;
  const fits = part.kind === "exact" ? part.text === segment : segment !== "";
  return fits && pathFits(parts, segments);
}

const hostRank = (pattern: string): number => (pattern === "**" ? 2 : pattern.startsWith("*") ? 1 : 0);
/** Where one route ends and another goes on by nothing: a rest. */
const END_RANK = -1;
const partRank = ({ kind }: PathPart): number => ["exact", "parameter", "rest"].indexOf(kind);

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((rank, index) => rank !== b[index]);
  return at < 0 ? 0 : a[at]! - b[at]!;
}

test("routes of one shape are told by it", () => {
  const shape = (candidate: string) => shapeOf(parseRoutePath(candidate)!);
  assert.equal(shape("/a/[id]"), shape("/a/[name]"));
  assert.equal(shape("/a/*"), shape("/a/[...rest]"));
  assert.notEqual(shape("/a/[id]"), shape("/a/*"));
  assert.notEqual(shape("/a"), shape("/a/"));
});

test("the time is linear in the path, also where every segment may be two things", () => {
  const both = Array.from({ length: 12 }, (_, bits) =>
    Array.from({ length: 12 }, (_, at) => ((bits >> (at % 4)) & 1 ? "a" : `[p${at}]`)).join("/"),
  );
  const some = table(...both.map((candidate) => `/${candidate}`));
  assert.equal(some.match("", `/${"a/".repeat(10_000)}`), undefined);
});
