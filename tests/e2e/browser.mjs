// A browser and a running demo, for the tests beside this file.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const ARTIFACTS = path.join(ROOT, 'tests/artifacts');

// How long the demo may take to print its address.
const START_MS = 60_000;
// How long it may take to end; then it is killed, and the test fails.
const STOP_MS = 15_000;
// How long the browser may take for one step.
const STEP_MS = 10_000;

// Keeps Chromium from talking to anybody on its own account.
const QUIET = [
  '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

export const leadtap = process.env.LEADTAP_BIN ?? path.join(ROOT, 'target/release/leadtap');

/** Starts a demo by this command and waits for the one address that it prints. */
export async function startDemo(...command) {
  const [program, ...words] = command;
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const lines = [];
  const address = new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no address in:\n${lines.join('\n')}`)), START_MS);
    const settle = (act) => (value) => { clearTimeout(timer); act(value); };
    const listen = (stream) => createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      const found = line.trim().match(/^http:\/\/127\.0\.0\.1:\d+\/$/);
      if (found) settle(resolve)(found[0]);
    });
    listen(child.stdout);
    listen(child.stderr);
    ended.then(() => settle(reject)(new Error(`the demo ended:\n${lines.join('\n')}`)), settle(reject));
  });
  const stop = async () => {
    child.kill('SIGINT');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    const end = await ended;
    clearTimeout(timer);
    return end;
  };
  try {
    return { address: await address, lines, stop };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

/** Starts Chromium with a profile of its own. */
export async function startBrowser() {
  const profile = await mkdtemp(path.join(tmpdir(), 'leadtap-e2e-'));
  await mkdir(ARTIFACTS, { recursive: true });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    // Tests run as root in containers, where Chromium's own sandbox cannot.
    chromiumSandbox: process.getuid() !== 0,
    args: QUIET,
    env: { ...process.env, HOME: profile },
  });
  return {
    browser,
    close: async () => {
      await browser.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** A visitor with an empty cookie jar; remembers every host that is asked. */
export async function visitor(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(STEP_MS);
  const page = await context.newPage();
  const hosts = new Set();
  const faults = [];
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol !== 'data:') hosts.add(url.hostname);
  });
  page.on('console', (message) => {
    // That a page has status 400 is for a test to judge; a policy broken is not.
    const status = message.text().startsWith('Failed to load resource: the server responded');
    if (message.type() === 'error' && !status) faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(String(error)));
  return { page, hosts, faults, close: () => context.close() };
}

/** How many pixels the page is wider than its window. */
export const overhang = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Every text whose contrast with its background is below WCAG AA. */
export const faintTexts = (page) => page.evaluate(() => {
  const parse = (color) => {
    const [r, g, b, a = 1] = color.match(/[\d.]+/g).map(Number);
    return { r, g, b, a };
  };
  const over = (top, under) => {
    const mix = (name) => top[name] * top.a + under[name] * (1 - top.a);
    return { r: mix('r'), g: mix('g'), b: mix('b'), a: 1 };
  };
  const background = (element) => {
    if (!element) return { r: 255, g: 255, b: 255, a: 1 };
    const color = parse(getComputedStyle(element).backgroundColor);
    return color.a === 1 ? color : over(color, background(element.parentElement));
  };
  const luminance = ({ r, g, b }) => {
    const [x, y, z] = [r, g, b].map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const text = walker.currentNode.textContent.trim();
    if (!text || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const under = background(element);
    const [a, b] = [luminance(over(parse(style.color), under)), luminance(under)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
    if (ratio < (large ? 3 : 4.5)) faint.push(`${text}: ${ratio.toFixed(2)}`);
  }
  return faint;
});
