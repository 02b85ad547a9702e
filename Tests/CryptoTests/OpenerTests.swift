import Testing
import Vectors

@testable import Crypto

@Suite struct OpenerTests {
    let plaintext = (0..<64).map { UInt8($0) }

    @Test func packetsOfTheVectorsOpen() throws {
        for (i, packet) in vectors.frames.enumerated() {
            let suite = try #require(Suite(rawValue: packet.suite))
            var opener = vectors.opener(suite, packet.dir, before: packet.ctr)
            let input = vectors.inputs.frames[i % vectors.inputs.frames.count]
            let datagram = [UInt8](hex: packet.frame)
            #expect(
                opener.opened(datagram)
                    == .opened(
                        flags: packet.flags, counter: packet.ctr, time: input.time,
                        isNewest: true,
                        [UInt8](hex: input.plain)),
                "packet \(i)")
            #expect(opener.opened(datagram) == .refused(.copy), "packet \(i)")
        }
    }

    @Test func windowOfTheVectors() throws {
        #expect(vectors.window.count == vectors.inputs.window.count)
        for (counters, accepted) in zip(vectors.inputs.window, vectors.window) {
            var opener = vectors.opener(.chaChaPoly, "i2r")
            let results = counters.map { counter in
                let packet = vectors.seal(.chaChaPoly, "i2r", flags: 1, counter: counter, plaintext)
                guard case .opened(_, let opened, _, _, _) = opener.opened(packet) else {
                    return false
                }
                return opened == counter
            }
            #expect(results == accepted, "\(counters)")
        }
    }

    @Test func refusedPacketsOfTheVectors() throws {
        let refused = vectors.refuse.filter { $0.at == "frame" }
        #expect(refused.count == 16)
        for entry in refused {
            let suite = try #require(Suite(rawValue: entry.suite))
            var opener = vectors.opener(suite, "i2r")
            let datagram = [UInt8](hex: entry.message)
            switch opener.opened(datagram) {
            case .opened: Issue.record("suite \(entry.suite): \(entry.why) opened")
            case .refused(let refusal):
                let isLength = datagram.count < 89 || datagram.count > 1232
                #expect((refusal == .length) == isLength, "\(entry.why)")
            }
            #expect(opener.window.highest == -1)
        }
    }

    @Test(arguments: Suite.both) func everyFlippedBitIsRefusedAndChangesNothing(suite: Suite) throws
    {
        var opener = vectors.opener(suite, "i2r")
        let earlier = vectors.seal(suite, "i2r", flags: 0, counter: 4, plaintext)
        #expect(opener.opened(earlier) != .refused(.authentication))

        let packet = vectors.seal(suite, "i2r", flags: 0x25, counter: 5, plaintext)
        for bit in 0..<packet.count * 8 {
            var flipped = packet
            flipped[bit / 8] ^= 1 << (bit % 8)
            switch opener.opened(flipped) {
            case .opened: Issue.record("bit \(bit) opened")
            case .refused(let refusal):
                #expect(refusal == .authentication || refusal == .counter, "bit \(bit)")
            }
        }
        #expect(opener.window.highest == 4)
        #expect(
            opener.opened(packet) == .opened(flags: 0x25, counter: 5, isNewest: true, plaintext))
        #expect(opener.opened(earlier) == .refused(.replay))
    }

    @Test(arguments: Suite.both) func everyShorterOrLongerDatagramIsRefused(suite: Suite) throws {
        var opener = vectors.opener(suite, "i2r")
        let packet = vectors.seal(
            suite, "i2r", flags: 0, counter: 0, [UInt8](repeating: 1, count: 100))
        for count in 0..<packet.count {
            let expected: Opener.Refusal = count < 89 ? .length : .authentication
            let outcome = opener.opened(Array(packet[..<count]))
            #expect(outcome == .refused(expected) || outcome == .refused(.counter))
        }
        for extra in [1, 17, 2000] {
            let outcome = opener.opened(packet + [UInt8](repeating: 0, count: extra))
            #expect(
                outcome == .refused(extra > 1232 ? .length : .authentication)
                    || outcome == .refused(.counter))
        }
        #expect(opener.window.highest == -1)
    }

    @Test(arguments: Suite.both)
    func packetsOfTheOtherDirectionOrSuiteAreRefused(suite: Suite) throws {
        let other: Suite = suite == .aesGCM ? .chaChaPoly : .aesGCM
        let packet = vectors.seal(suite, "i2r", flags: 0, counter: 0, plaintext)
        var backwards = vectors.opener(suite, "r2i")
        var crossed = vectors.opener(other, "i2r")
        for outcome in [backwards.opened(packet), crossed.opened(packet)] {
            #expect(outcome == .refused(.authentication) || outcome == .refused(.counter))
        }
    }

    @Test(arguments: Suite.both) func latePacketsOpenButAreNotNewest(suite: Suite) throws {
        var opener = vectors.opener(suite, "i2r")
        for (counter, isNewest) in [(7, true), (3, false), (8, true), (0, false)] {
            let packet = vectors.seal(suite, "i2r", flags: 2, counter: UInt64(counter), plaintext)
            #expect(
                opener.opened(packet)
                    == .opened(flags: 2, counter: UInt64(counter), isNewest: isNewest, plaintext))
        }
    }
}
