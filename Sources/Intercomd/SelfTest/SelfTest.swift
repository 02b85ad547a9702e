internal import Audio
internal import Crypto
internal import HAL
internal import Peering
internal import Realtime
internal import Time

/// One check of program, libraries and processor on the station's machine.
///
/// No check needs settings, keys, a card or a network, or changes anything.
struct SelfTest {
    /// The name for a person.
    let name: String
    /// Runs the check; the pairing takes some tenths of a second.
    let holds: () -> Bool

    /// All checks, in their order.
    static var all: [SelfTest] {
        let first = [
            SelfTest(name: "random numbers of the kernel") { randomHolds },
            SelfTest(name: "session with AES-GCM, as in the vectors") {
                KnownSession.holds(.aesGCM)
            },
            SelfTest(name: "session with ChaCha20-Poly1305, as in the vectors") {
                KnownSession.holds(.chaChaPoly)
            },
            SelfTest(name: "pairing by code, as in the vectors") { KnownPairing.holds },
            SelfTest(name: "signatures of a site") { signaturesHold },
        ]
        let sound = Profile.allCases.map { profile in
            SelfTest(name: "sound through Opus, profile \(profile.rawValue)") {
                CodecTrial.holds(profile)
            }
        }
        return first + sound + [SelfTest(name: "queues between threads") { RingTrial.holds() }]
    }

    /// Whether a few random numbers are all different and not zero.
    private static var randomHolds: Bool {
        var seen = [[UInt8](repeating: 0, count: 32)]
        for _ in 0..<8 {
            var bytes = [UInt8](repeating: 0, count: 32)
            var span = bytes.mutableSpan
            Random.fill(&span)
            guard !seen.contains(bytes) else { return false }
            seen.append(bytes)
        }
        return true
    }

    /// Whether a signature is good for its text alone.
    private static var signaturesHold: Bool {
        let key = SigningKey.random()
        let (text, other): ([UInt8], [UInt8]) = ([1, 2, 3], [1, 2, 4])
        let signature = key.sign(text.span)
        return key.verifyingKey.verifies(signature, of: text.span)
            && !key.verifyingKey.verifies(signature, of: other.span)
    }
}

/// A test that passes numbers from one thread to another.
enum RingTrial {
    private static let count = 20_000
    private static let capacity = 64
    /// A busy processor may take a moment.
    private static let patience = Duration.seconds(10)

    /// Sends and receives the numbers.
    ///
    /// - Parameter wrong: A number to replace by 0, so that a failure can be tested; nil for none.
    /// - Returns: Whether all numbers arrived in order.
    static func holds(wrong: Int? = nil) -> Bool {
        let ring = SPSCRing<Int>(capacity: capacity)
        let end = Clock.now() + patience
        let thread: RealtimeThread
        do throws(SystemError) {
            thread = try RealtimeThread(name: "self-test", priority: 0) {
                for number in 0..<count {
                    while ring.push(number == wrong ? 0 : number) != nil {
                        guard Clock.now() < end else { return }
                        Clock.sleep(.zero)
                    }
                }
            }
        } catch { return false }
        var (next, inOrder) = (0, 0)
        while next < count, Clock.now() < end {
            guard let number = ring.pop() else {
                Clock.sleep(.zero)
                continue
            }
            if number == next { inOrder += 1 }
            next += 1
        }
        thread.join()
        return inOrder == count
    }
}

/// The output of `intercomd --self-test`: a line for each check, then the count.
enum SelfTestReport {
    /// - Returns: The exit status: 1 where a check has failed.
    static func run() -> Int32 {
        var failures = 0
        let all = SelfTest.all
        for test in all {
            let holds = test.holds()
            if !holds { failures += 1 }
            Terminal.write("\(holds ? "ok    " : "FAILED") \(test.name)\n")
        }
        Terminal.write("\(all.count - failures) of \(all.count) passed\n")
        return failures == 0 ? 0 : 1
    }
}
