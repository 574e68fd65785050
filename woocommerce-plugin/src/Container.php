<?php

declare(strict_types=1);

namespace Leadtap\WooCommerce;

/** Makes each object when it is first asked for, and only once. */
final class Container
{
    /** @var array<string, callable(self): object> */
    private array $factories = [];

    /** @var array<string, object> */
    private array $made = [];

    /**
     * @param class-string            $class
     * @param callable(self): object $factory
     */
    public function set(string $class, callable $factory): void
    {
        $this->factories[$class] = $factory;
        unset($this->made[$class]);
    }

    /**
     * @template T of object
     *
     * @param class-string<T> $class
     *
     * @return T
     */
    public function get(string $class): object
    {
        if (!isset($this->made[$class])) {
            if (!isset($this->factories[$class])) {
                throw new \LogicException("no factory makes {$class}: add one to src/Services");
            }
            $this->made[$class] = ($this->factories[$class])($this);
        }

        return $this->made[$class];
    }
}
