<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce\Admin;

/** One thing that a check found, and what to do about it. */
final class Finding
{
    public const GOOD = 'good';
    public const WARNING = 'warning';
    public const BAD = 'bad';

    /** One of the constants. */
    public string $level;

    public string $what;

    /** What to do; empty where nothing is to be done. */
    public string $todo;

    /** Lines to copy; empty: none. */
    public string $code;

    private function __construct(string $level, string $what, string $todo, string $code)
    {
        $this->level = $level;
        $this->what = $what;
        $this->todo = $todo;
        $this->code = $code;
    }

    public static function good(string $what): self
    {
        return new self(self::GOOD, $what, '', '');
    }

    public static function warning(string $what, string $todo, string $code = ''): self
    {
        return new self(self::WARNING, $what, $todo, $code);
    }

    public static function bad(string $what, string $todo, string $code = ''): self
    {
        return new self(self::BAD, $what, $todo, $code);
    }

    /**
     * The worst of some findings.
     *
     * @param list<self> $findings
     */
    public static function worst(array $findings): string
    {
        $levels = array_map(static fn (self $finding) => $finding->level, $findings);
        foreach ([self::BAD, self::WARNING] as $level) {
            if (in_array($level, $levels, true)) {
                return $level;
            }
        }

        return self::GOOD;
    }
}
