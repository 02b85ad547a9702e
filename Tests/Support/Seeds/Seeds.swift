import Glibc

/// The seed of this run, for tests that draw by chance and name it where they fail: always the same
/// but with `tools/test --all`, which draws one.
public func testSeed() -> UInt64 {
    unsafe getenv("INTERCOM_SEED").flatMap { unsafe UInt64(String(cString: $0)) } ?? 1
}
