import Glibc

/// A seed for chance in a test, which says it where it fails: the same in each run of `tools/test`,
/// and another in each with `--all`.
public func freshSeed() -> UInt64 {
    unsafe getenv("INTERCOM_ALL") == nil ? 1 : UInt64.random(in: 0 ... .max)
}
