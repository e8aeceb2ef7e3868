<?php
// Orders a license, reads its key, prolongs it and prints the balance: PHP with curl and SimpleXML.

declare(strict_types=1);

const ISPMANAGER_LITE = '55227';

/** Calls one function. Ends the program with the seller's message where it refuses. */
function call(string $func, array $params = []): SimpleXMLElement
{
    global $argv;
    $login = getenv('MOCKSELLER_LOGIN') ?: 'reseller';
    $password = getenv('MOCKSELLER_PASSWORD') ?: 'secret';
    $form = ['authinfo' => "$login:$password", 'func' => $func, 'out' => 'xml'] + $params;
    $request = curl_init($argv[1] ?? 'http://127.0.0.1:1500/billmgr');
    curl_setopt_array($request, [
        CURLOPT_POST => true,
        CURLOPT_POSTFIELDS => http_build_query($form),
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_FAILONERROR => true,
        CURLOPT_TIMEOUT => 30,
    ]);
    $answer = curl_exec($request);
    if ($answer === false) {
        exit_with("$func: " . curl_error($request));
    }
    $document = new SimpleXMLElement($answer);
    if (isset($document->error)) {
        exit_with("$func: {$document->error->msg}");
    }
    return $document;
}

function exit_with(string $message): never
{
    fwrite(STDERR, "$message\n");
    exit(1);
}

$order = call('soft.order.param', [
    'pricelist' => ISPMANAGER_LITE, 'period' => '1', 'ip' => '0.0.0.0', 'licname' => 'from-php',
    'skipbasket' => 'on', 'clicked_button' => 'finish', 'sok' => 'ok',
]);
$elid = (string) $order->id;
echo "license $elid\n";

echo 'key ', call('soft.edit', ['elid' => $elid])->lickey, "\n";

$prolonged = call('service.prolong', ['elid' => $elid, 'period' => '1', 'sok' => 'ok']);
echo 'paid until ', $prolonged->doc->newexpiredate, "\n";

$account = call('subaccount')->elem;
echo "balance {$account->balance}\n";
