<?php
// Catches every mail into a file instead of sending it; the tests read them.

declare(strict_types=1);

add_filter('pre_wp_mail', static function ($unused, array $mail): bool {
    $number = count(glob(SHOP_MAILS . '/*.json'));
    do {
        $number++;
        $file = @fopen(sprintf('%s/%06d.json', SHOP_MAILS, $number), 'x');
    } while ($file === false);
    fwrite($file, (string) json_encode($mail, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES));
    fclose($file);
    return true;
}, 10, 2);
