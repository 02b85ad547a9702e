import Glibc

/// Whether tests may take long: `tools/test --all` sets `INTERCOM_ALL`.
public let isLongRun = unsafe getenv("INTERCOM_ALL") != nil

/// The seeds of a test that goes through many: this many with `tools/test --all`, which also draws
/// the first; else a quarter of them.
public func testSeeds(_ count: UInt64) -> ClosedRange<UInt64> {
    let first = testSeed()
    return first...first + (isLongRun ? count : (count + 3) / 4) - 1
}

/// Whether a test of many cases, each of which takes long, tries this one: all with
/// `tools/test --all`; else one in `step`, the seed says which.
public func isTried(_ number: Int, oneIn step: Int) -> Bool {
    isLongRun || number % step == Int(testSeed() % UInt64(step))
}

/// The seed of this run, for tests that draw by chance and name it where they fail: always the same
/// but with `tools/test --all`, which draws one.
public func testSeed() -> UInt64 {
    unsafe getenv("INTERCOM_SEED").flatMap { unsafe UInt64(String(cString: $0)) } ?? 1
}
