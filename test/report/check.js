/*
 * Looks at a report in a browser, at several widths, light and dark.
 *
 * The page gets these from check.sh: report, the HTML in base64. Each line of
 * the answer that starts with PROBLEM is one.
 */
const html = new TextDecoder().decode(Uint8Array.from(atob(report), c => c.charCodeAt(0)));
const lines = [];

/* Red, green, blue and alpha of a computed colour. */
function colour(text) {
	const parts = text.match(/[\d.]+/g).map(Number);
	return parts.length === 4 ? parts : [...parts, 1];
}

function luminance(rgb) {
	const [r, g, b] = rgb.map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
	return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
	const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p);
	return (x + 0.05) / (y + 0.05);
}

/* The colour behind an element: of the nearest one that has any. */
function behind(element) {
	for (let e = element; e; e = e.parentElement) {
		const c = colour(getComputedStyle(e).backgroundColor);
		if (c[3] > 0) return c;
	}
	return [255, 255, 255, 1];
}

function look(page, name, width) {
	const problem = words => lines.push(`PROBLEM ${name}: ${words}`);
	const root = page.documentElement;

	if (root.scrollWidth > width) {
		problem(`is ${root.scrollWidth} wide on a screen of ${width}`);
		for (const e of page.querySelectorAll('body :not(thead, thead *)'))
			if (e.getBoundingClientRect().right > width + 1) { problem(`first to stand out: ${e.outerHTML.slice(0, 120)}`); break; }
	}
	for (const tag of ['script', 'img', 'iframe', 'object', 'form', 'link'])
		if (page.querySelector(tag)) problem(`has a ${tag}`);
	if (page.querySelectorAll('h1').length !== 1) problem('has not one h1');
	for (const e of page.querySelectorAll('table'))
		if (!e.caption || !e.tHead || e.querySelector('tbody tr > :first-child:not(th[scope=row])')) problem('a table without caption or headings');
	for (const e of page.querySelectorAll('svg'))
		if (!e.getAttribute('aria-label')) problem('a bar without words');
	let bars = 0;
	for (const e of page.querySelectorAll('svg.bar')) if (e.getBoundingClientRect().width > 60) bars++;
	if (bars === 0) problem('no bar is to be seen');
	let least = 99;
	const walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
	for (let node = walker.nextNode(); node; node = walker.nextNode()) {
		const e = node.parentElement;
		if (node.data.trim() === '' || e.closest('svg') || e.getClientRects().length === 0) continue;
		const ratio = contrast(colour(getComputedStyle(e).color), behind(e));
		least = Math.min(least, ratio);
		if (ratio < 4.5) { problem(`contrast ${ratio.toFixed(2)}: ${e.outerHTML.slice(0, 120)}`); break; }
	}
	lines.push(`${name}: ${root.scrollHeight} high, ${bars} bars, contrast at least ${least.toFixed(1)}`);
}

async function run() {
	for (const scheme of ['light', 'dark'])
		for (const width of [320, 390, 768, 1280]) {
			const frame = document.createElement('iframe');
			const shown = new Promise(done => { frame.onload = done; });
			frame.style = `width:${width}px;height:900px;border:0`;
			frame.srcdoc = html.replace('(prefers-color-scheme:dark)', scheme === 'dark' ? '(min-width:1px)' : '(max-width:1px)');
			document.body.append(frame);
			await shown;
			look(frame.contentDocument, `${scheme}, ${width}`, width);
			frame.remove();
		}
	document.body.innerHTML = '';
	const answer = document.createElement('pre');
	answer.id = 'answer';
	answer.textContent = lines.join('\n') + '\nEND';
	document.body.append(answer);
}
run();
