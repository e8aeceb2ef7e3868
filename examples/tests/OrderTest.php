<?php
// Tests of a client with PHPUnit against a running seller: each has a world of its own.

declare(strict_types=1);

use PHPUnit\Framework\TestCase;

final class OrderTest extends TestCase
{
    private string $base;
    private string $world;

    protected function setUp(): void
    {
        $url = getenv('MOCKSELLER_URL') ?: 'http://127.0.0.1:1500/billmgr';
        $this->base = substr($url, 0, -strlen('/billmgr'));
        $this->world = 'php-' . bin2hex(random_bytes(4));
        $this->control('POST', '/worlds', ['name' => $this->world]);
    }

    protected function tearDown(): void
    {
        $this->control('DELETE', "/worlds/{$this->world}");
    }

    public function testALicenseIsOrdered(): void
    {
        $answer = $this->order();
        self::assertStringContainsString('<id>', (string) $answer);
        $this->verify(['func' => 'soft.order.param', 'outcome' => 'bought', 'count' => 1]);
    }

    public function testAnOrderWhoseAnswerIsLostIsBoughtAllTheSame(): void
    {
        $this->control('POST', "/faults?world={$this->world}", [
            'what' => 'drop', 'func' => 'soft.order.param', 'when' => 'after', 'times' => 1,
        ]);
        self::assertNull($this->order());
        $this->verify(['func' => 'soft.order.param', 'outcome' => 'bought', 'count' => 1]);
    }

    /** Orders a license as your client would; null if no answer comes. */
    private function order(): ?string
    {
        $form = http_build_query([
            'authinfo' => 'reseller:secret', 'func' => 'soft.order.param', 'pricelist' => '55227',
            'period' => '1', 'ip' => '0.0.0.0', 'licname' => 'from-phpunit', 'skipbasket' => 'on',
            'clicked_button' => 'finish', 'sok' => 'ok', 'out' => 'xml',
        ]);
        $header = 'Content-Type: application/x-www-form-urlencoded';
        [$answer] = self::send('POST', "{$this->base}/w/{$this->world}/billmgr", $form, $header);
        return $answer;
    }

    /** Fails with the nearest calls if the journal does not hold what is expected. */
    private function verify(array $expected): void
    {
        $this->control('POST', "/journal/verify?world={$this->world}", $expected);
        $this->addToAssertionCount(1);
    }

    private function control(string $method, string $path, ?array $body = null): void
    {
        $sent = $body === null ? '' : json_encode($body);
        $header = 'Content-Type: application/json';
        [$answer, $status] = self::send($method, "{$this->base}/_mockseller$path", $sent, $header);
        self::assertLessThan(300, $status, "$method $path: $answer");
    }

    /** The answer with its status; null and 0 if the connection was closed without one. */
    private static function send(string $method, string $url, string $body, string $header): array
    {
        $options = ['method' => $method, 'header' => $header, 'content' => $body];
        $context = stream_context_create(['http' => $options + ['ignore_errors' => true]]);
        $answer = @file_get_contents($url, false, $context);
        $status = (int) substr($http_response_header[0] ?? '', strlen('HTTP/1.1 '), 3);
        return [$answer === false ? null : $answer, $status];
    }
}
