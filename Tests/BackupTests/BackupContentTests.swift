import Crypto
import Testing

@testable import Backup

/// The files in a backup: there is one way to write them, and everything else is refused.
@Suite struct BackupContentTests {
    private func bytes(paddedTo size: Int? = nil) throws -> [UInt8] {
        let content = try Sample.content()
        return content.bytes(paddedTo: size ?? content.count).array
    }

    private func isTaken(_ bytes: [UInt8]) -> Bool {
        BackupContent(parsing: Sample.secret(bytes)) != nil
    }

    @Test func whatIsWrittenIsRead() throws {
        let bytes = try bytes(paddedTo: 4096)
        guard let content = BackupContent(parsing: Sample.secret(bytes)) else {
            Issue.record("it is refused")
            return
        }
        let places = content.entries.map { $0.place }
        #expect(places == Sample.files.map { $0.place })
        for (entry, file) in zip(content.entries, Sample.files) {
            let bytes = content.bytes(of: entry).array
            #expect(bytes == file.bytes)
        }
        let found = (content.entry(of: .siteKey), content.entry(of: .psk("attic.psk")))
        #expect(found.0 == content.entries.last && found.1 == nil)
    }

    @Test func anEmptyOneIsRead() {
        #expect(isTaken([0, 0]))
        #expect(!isTaken([0]))
    }

    /// Cut anywhere, it has not what its beginning promises.
    @Test func aCutOneIsRefused() throws {
        let whole = try bytes()
        #expect(isTaken(whole))
        for count in 1..<whole.count { #expect(!isTaken(Array(whole.prefix(count))), "\(count)") }
    }

    @Test func whatFollowsTheLastFileIsZeros() throws {
        let padded = try bytes(paddedTo: 512)
        #expect(isTaken(padded))
        let end = try Sample.content().count
        for place in end..<512 {
            var other = padded
            other[place] = 1
            #expect(!isTaken(other), "\(place)")
        }
    }

    /// One file, of a kind and a name.
    private func file(_ kind: UInt8, _ name: String) -> [UInt8] {
        [kind, UInt8(name.utf8.count), 0, 0, 0, 1] + Array(name.utf8) + [0x0a]
    }

    @Test(arguments: [
        "../x.conf", "/etc/x.conf", ".x.conf", "a/b.conf", "x", "", "x.conf\0", "x y.conf",
        "\u{e4}.conf", "..", ".conf", String(repeating: "x", count: 60) + ".conf",
    ])
    func aNameThatIsNoneIsRefused(name: String) {
        for kind in [2, 5] as [UInt8] { #expect(!isTaken([0, 1] + file(kind, name)), "\(name)") }
        #expect(isTaken([0, 1] + file(2, "x.conf")))
    }

    @Test func aSecretNamedAsTheStationsOwnIsRefused() {
        #expect(!isTaken([0, 1] + file(4, "identity")))
        #expect(isTaken([0, 1] + file(4, "house.key")))
        for name in ["../identity", "", ".psk"] { #expect(!isTaken([0, 1] + file(4, name))) }
    }

    @Test func aKindThatThereIsNotAndANameWhereNoneIsExpectedAreRefused() {
        for kind in [0, 9, 255] as [UInt8] { #expect(!isTaken([0, 1] + file(kind, ""))) }
        for kind in [1, 3, 6] as [UInt8] {
            #expect(isTaken([0, 1] + file(kind, "")))
            #expect(!isTaken([0, 1] + file(kind, "x")))
        }
    }

    @Test func filesComeInOneOrderAndOnce() {
        let (a, b) = (file(2, "a.conf"), file(2, "b.conf"))
        #expect(isTaken([0, 2] + a + b))
        #expect(!isTaken([0, 2] + b + a))
        #expect(!isTaken([0, 2] + a + a))
        #expect(!isTaken([0, 2] + file(3, "") + a))
    }

    @Test func aSizeThatLeadsPastTheEndIsRefused() {
        for size in [[0, 0, 0, 2], [0, 1, 0, 0], [0x7f, 255, 255, 255], [255, 255, 255, 255]] {
            let head = [0, 1, 1, 0] as [UInt8] + size.map { UInt8($0) }
            #expect(!isTaken(head + [0x0a]), "\(size)")
        }
        #expect(!isTaken([255, 255]))
    }

    @Test func aFileThatDoesNotFitIsNotTaken() throws {
        var content = BackupContent()
        let large = [UInt8](repeating: 1, count: BackupContent.sizeMax - 100)
        let isTaken = content.add(.settings, large)
        #expect(isTaken)
        let isSecondTaken = content.add(.state, [UInt8](repeating: 1, count: 100))
        #expect(!isSecondTaken && content.entries.count == 1)
    }

    /// Random bytes, and random changes of a right content: read or refused, and never a trap.
    @Test func randomBytesAreReadOrRefused() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix(seed)
        let right = try bytes(paddedTo: 512)
        var taken = 0
        for round in 0..<20_000 {
            var input = right
            if round % 2 == 0 {
                input = (0..<random.next(64)).map { _ in UInt8(random.next(8)) }
            } else {
                for _ in 0...random.next(3) {
                    input[random.next(random.next(2) == 0 ? 512 : 16)] = UInt8(random.next(256))
                }
            }
            guard let found = BackupContent(parsing: Sample.secret(input)) else { continue }
            taken += 1
            // What is read is what would be written.
            var again = BackupContent()
            for entry in found.entries {
                let isAdded = again.add(entry.place, found.bytes(of: entry).array)
                #expect(isAdded, "seed \(seed)")
            }
            #expect(again.bytes(paddedTo: input.count).array == input, "seed \(seed)")
        }
        #expect(taken > 0, "seed \(seed)")
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014).
private struct SplitMix {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next(_ bound: Int) -> Int {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return Int((z ^ z >> 31) % UInt64(bound))
    }
}
