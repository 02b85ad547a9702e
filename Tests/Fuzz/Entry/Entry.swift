internal import FuzzTargets

#if canImport(Glibc)
    internal import Glibc
#endif

/// What libFuzzer calls with each input; `INTERCOM_FUZZ_TARGET` names the target.
private let target: FuzzTarget = {
    guard let text = unsafe getenv("INTERCOM_FUZZ_TARGET"),
        let target = FuzzTarget.named(unsafe String(cString: text))
    else { fatalError("INTERCOM_FUZZ_TARGET names none of the targets") }
    return target
}()

private let isPlanted = unsafe getenv("INTERCOM_FUZZ_PLANT") != nil

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    // SAFETY: libFuzzer keeps the bytes as long as the call lasts.
    let input = unsafe UnsafeBufferPointer(start: bytes, count: count)
    unsafe target.run(Span(_unsafeElements: input), isPlanted)
    return 0
}
