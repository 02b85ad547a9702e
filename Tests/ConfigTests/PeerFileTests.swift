import Seeds
import Testing

@testable import Config

@Suite struct PeerFileTests {
    private static let text = """
        # Behind the barn.
        [peer garage]
        address = 10.0.0.7  # wired
        key = intercom1:x
        suite = 2
        x-room = west

        [policy garage]
        drop-in = allow

        # The other one.
        [peer attic]
        key = intercom1:y

        """

    private func file(_ text: String = text) -> PeerFile { PeerFile(Array(text.utf8)) }
    private func text(_ file: PeerFile) -> String { String(decoding: file.bytes, as: UTF8.self) }

    @Test func whatIsNotChangedStaysToTheByte() {
        #expect(text(file()) == Self.text)
        #expect(text(file("")).isEmpty)
        // The last line gets a newline; nothing else changes.
        #expect(text(file("[peer a]\nkey = x")) == "[peer a]\nkey = x\n")
        #expect(text(file("\n\n# x\n\n")) == "\n\n# x\n\n")
    }

    @Test func aPeerBehindManyMistakesIsFound() {
        var changed = file(String(repeating: "what is this\n", count: 30) + Self.text)
        changed.set("address", to: "10.0.0.8", of: "garage")
        #expect(changed.value(of: "address", of: "garage") == "10.0.0.8")
        #expect(changed.peers == ["garage", "attic"])
    }

    @Test func oneSettingIsChangedAndItsCommentStays() {
        var changed = file()
        changed.set("address", to: "10.0.0.8", of: "garage")
        #expect(
            text(changed)
                == Self.text.replacing("10.0.0.7  # wired", with: "10.0.0.8  # wired"))
    }

    @Test func aNewSettingStandsInItsSection() {
        var changed = file()
        changed.set("gain", to: "+3dB", of: "garage")
        changed.set("verified", to: "1", of: "attic")
        #expect(
            text(changed)
                == Self.text.replacing("x-room = west\n", with: "x-room = west\ngain = +3dB\n")
                .replacing("intercom1:y\n", with: "intercom1:y\nverified = 1\n"))
        changed.remove("gain", of: "garage")
        changed.remove("verified", of: "attic")
        changed.remove("nothing", of: "attic")
        #expect(text(changed) == Self.text)
    }

    @Test func aPeerWithoutASectionGetsOne() {
        var changed = file("[peer attic]\nkey = y\n")
        changed.set("key", to: "x", of: "garage")
        #expect(text(changed) == "[peer attic]\nkey = y\n\n[peer garage]\nkey = x\n")
        var new = PeerFile(of: "garage")
        new.set("key", to: "x", of: "garage")
        #expect(text(new) == "# Written by intercomctl peer add.\n[peer garage]\nkey = x\n")
    }

    @Test func aPeerGoesWithItsPolicyAndNoOther() {
        var changed = file()
        changed.remove("garage")
        #expect(!changed.has("garage") && changed.peers == ["attic"] && !changed.isEmpty)
        #expect(text(changed).hasSuffix("# The other one.\n[peer attic]\nkey = intercom1:y\n"))
        #expect(!text(changed).contains("drop-in") && !text(changed).contains("x-room"))
        changed.remove("attic")
        #expect(changed.isEmpty)
    }

    @Test func aNewNameIsThatOfThePolicyToo() {
        var changed = file()
        changed.rename("garage", to: "barn")
        #expect(
            text(changed)
                == Self.text.replacing("[peer garage]", with: "[peer barn]")
                .replacing("[policy garage]", with: "[policy barn]"))
        #expect(changed.value(of: "suite", of: "barn") == "2")
    }

    @Test func linesOfWindowsStaySo() {
        var changed = file("[peer garage]\r\naddress = a\r\n")
        changed.set("address", to: "b", of: "garage")
        #expect(text(changed) == "[peer garage]\r\naddress = b\r\n")
    }

    /// With any bytes, and any changes.
    @Test func nothingTraps() {
        let seed = testSeed()
        print("seed \(seed)")
        var random = Seeded(state: seed)
        let words = ["[peer a]", "[policy a]", "[peer b]", "[", "key = x", "key", "# c", " ", "\r"]
        for _ in 0..<2_000 {
            let lines = (0..<Int.random(in: 0...8, using: &random)).map { _ in
                words.randomElement(using: &random)! + (Bool.random(using: &random) ? "\n" : "")
            }
            var changed = file(lines.joined())
            changed.set("key", to: "z", of: "a")
            #expect(changed.value(of: "key", of: "a") == "z")
            changed.rename("a", to: "c")
            #expect(changed.has("c"))
            changed.remove("c")
            changed.remove("b")
        }
    }
}

private struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
