// The connection doctor, asked by one button on five sites that are really broken. What he says to paste is copied by its button
// and pasted; then the button says that requests get through.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { accessible, copied, fits, follow, launch, root, sign_in } from './browser.mjs';

// `finding`: what the culprit is called; `server`: over the text to paste (none: it is for WordPress).
const WARDS = {
	apache: { finding: 'problem: The web server keeps the Authorization header from PHP', server: 'Apache', check: 'The Authorization header arrives' },
	plugin: { finding: /^problem: .*Closed Doors.* blocks the REST API$/, server: '', check: 'No other plugin refuses or answers' },
	method: { finding: 'problem: The web server refuses PATCH', server: 'nginx', check: 'POST, PATCH, PUT and DELETE get through' },
	redirect: { finding: 'problem: The web server redirects because of a slash at the end', server: 'nginx', check: 'No redirect' },
	cache: { finding: 'problem: A cache answers in place of WordPress', server: 'nginx', check: 'No cache in between' },
};

let browser;
let wards;
let answers;

before(async () => {
	browser = await launch();
	wards = spawn('python3', ['tests/browser/wards.py'], { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] });
	answers = createInterface({ input: wards.stdout })[Symbol.asyncIterator]();
});
after(async () => {
	await browser?.close();
	if (wards) {
		const ended = new Promise((resolve) => wards.once('exit', resolve));
		wards.stdin.end();
		assert.equal(await ended, 0);
	}
});

const order = async (what) => {
	wards.stdin.write(`${JSON.stringify(what)}\n`);
	const { value, done } = await answers.next();
	assert.ok(!done, 'the wards are closed');
	return JSON.parse(value);
};

for (const [ward, { finding, server, check }] of Object.entries(WARDS)) {
	test(ward, async () => {
		const at = await order({ ward });
		const page = await sign_in(browser, {}, at);
		await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: at.url });
		await page.goto(`${at.url}/wp-admin/options-general.php?page=scimpress&tab=doctor`);
		await follow(page, page.getByRole('button', { name: 'Examine the connection' }));
		await page.getByRole('status').filter({ hasText: 'The identity provider cannot work with this site as it is.' }).waitFor();
		const state = async () => page.locator('.scimpress-checks tr', { has: page.getByRole('rowheader', { name: check, exact: true }) }).locator('td').innerText();
		assert.equal(await state(), 'problem');
		const card = page.locator('.scimpress-finding', { has: page.getByRole('heading', { name: finding }) });
		assert.equal(await card.count(), 1);
		assert.equal(await page.locator('.scimpress-problem').count(), 1, 'nobody else is accused');
		const fields = server ? card.locator(`xpath=.//h3[.="${server}"]/following-sibling::textarea[1]`) : card.locator('textarea').first();
		const paste = await copied(page, await fields.getAttribute('id'));
		for (const width of [1280, 375]) {
			await page.setViewportSize({ width, height: 800 });
			await accessible(page, `${ward}, ${width} pixels`);
			await fits(page, `${ward}, ${width} pixels`);
		}

		await order({ paste });
		const good = page.getByRole('status').filter({ hasText: 'Requests get through' });
		await follow(page, page.getByRole('button', { name: 'Examine again' }));
		await good.waitFor();
		assert.equal(await state(), 'good');
		assert.equal(await page.locator('.scimpress-problem').count(), 0);
		// Where the REST API is shut, scripts of core itself fail.
		if (ward !== 'plugin') {
			assert.deepEqual(page.faults, []);
		}
		await page.context().close();
	});
}
