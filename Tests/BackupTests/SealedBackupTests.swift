import Crypto
import Testing

@testable import Backup

/// The sealed file: whole it opens with its passphrase, and nothing else does.
@Suite struct SealedBackupTests {
    private let passphrase = Sample.passphrase

    /// Why it does not open; nil when it does.
    private func fault(_ file: [UInt8], _ passphrase: [UInt8]? = nil) -> BackupFault? {
        let passphrase = passphrase ?? self.passphrase
        do throws(BackupFault) {
            _ = try SealedBackup.open(file.span, passphrase: passphrase.span, rounds: 1)
            return nil
        } catch { return error }
    }

    @Test func whatIsSealedOpens() throws {
        let file = try Sample.sealed()
        #expect(file.count == SealedBackup.step + 54 + 16 + 32)
        #expect(String(decoding: file.prefix(16), as: UTF8.self) == "intercomd-backup")
        let content = try SealedBackup.open(
            file.span, passphrase: passphrase.span, rounds: 1)
        #expect(content.entries.map { $0.place } == Sample.files.map { $0.place })
        for (entry, sample) in zip(content.entries, Sample.files) {
            #expect(content.bytes(of: entry).array == sample.bytes)
        }
    }

    /// The size tells in steps how much is in it, and no two backups have anything in common.
    @Test func twoOfOneStationHaveOneSizeAndNothingElseInCommon() throws {
        let (one, other) = (try Sample.sealed(), try Sample.sealed())
        #expect(one.count == other.count)
        #expect(one.prefix(22) == other.prefix(22))
        let same = (22..<one.count).count { one[$0] == other[$0] }
        // 65,614 bytes, of which one in 256 is the same by chance.
        #expect(same < 512)
    }

    @Test func noSecretIsReadableInIt() throws {
        let file = try Sample.sealed()
        let text = String(decoding: file, as: Unicode.ASCII.self)
        for word in ["kitchen", "garage", "secret", "AAAAAAAA"] { #expect(!text.contains(word)) }
    }

    @Test func aWrongPassphraseIsToldFromDamage() throws {
        let file = try Sample.sealed()
        for wrong in ["", "x", "five words that no list ha", "five words that no list has "] {
            #expect(fault(file, Array(wrong.utf8)) == .passphrase, "\(wrong)")
        }
        var damaged = file
        damaged[1000] ^= 1
        #expect(fault(damaged, []) == .damaged)
    }

    /// One bit of a byte here and there; of the header and the end, every bit.
    @Test func aFlippedBitIsToldWhereverItIs() throws {
        let file = try Sample.sealed()
        var flipped = file
        for place in file.indices {
            let isEdge = place < 64 || place > file.count - 64
            guard isEdge || place % 37 == 0 else { continue }
            for bit in isEdge ? 0..<8 : place % 8..<place % 8 + 1 {
                flipped[place] ^= 1 << bit
                do throws(BackupFault) {
                    try SealedBackup.check(flipped.span)
                    Issue.record("byte \(place), bit \(bit)")
                } catch {
                    switch error {
                    case .foreign: #expect(place < 16)
                    case .cut(file.count, of: .some): #expect((16..<20).contains(place))
                    default: #expect(error == .damaged && place >= 16, "\(place) \(error)")
                    }
                }
                flipped[place] ^= 1 << bit
            }
        }
        try SealedBackup.check(flipped.span)
    }

    /// The hash alone would not stop a person who changes a file on purpose.
    @Test func aChangeWithARightHashDoesNotOpen() throws {
        let file = try Sample.sealed()
        for place in [22, 53, 54, 1000, file.count - 33] {
            var changed = file
            changed[place] ^= 1
            #expect(fault(Self.hashed(changed)) == .passphrase, "\(place)")
        }
        #expect(fault(Self.hashed(file)) == nil)
    }

    @Test func aCutOneIsToldAtEveryLength() throws {
        let file = try Sample.sealed()
        #expect(fault([]) == .empty)
        for count in Array(1..<200) + Array(stride(from: 200, to: file.count, by: 97)) {
            let expected: BackupFault = .cut(count, of: count < 20 ? nil : file.count)
            #expect(fault(Array(file.prefix(count))) == expected, "\(count)")
        }
        #expect(fault(file + [0]) == .damaged)
    }

    @Test func anotherProgramsFileIsForeign() {
        for text in ["PK\u{3}\u{4}", "intercomd", "x", "intercomd-backuP", "[station]\n"] {
            let isCut = text == "intercomd"
            #expect(fault(Array(text.utf8)) == (isCut ? .cut(9, of: nil) : .foreign), "\(text)")
        }
    }

    @Test func anotherVersionIsTold() throws {
        for version in [0, 2, 0x0101] as [UInt16] {
            var other = try Sample.sealed()
            (other[20], other[21]) = (UInt8(version >> 8), UInt8(version & 0xff))
            #expect(fault(Self.hashed(other)) == .version(version))
        }
        #expect(BackupFault.version(2).description.contains("format 2, and this intercomctl reads"))
    }

    /// Its maker knows the passphrase, and has put something else into it.
    @Test func aContentThatBackupDoesNotMakeIsTold() throws {
        var content = BackupContent()
        let large = [UInt8](repeating: 0xff, count: 100)
        _ = content.add(.settings, large)
        var file = SealedBackup.seal(content, passphrase: passphrase.span, rounds: 1)
        #expect(fault(file) == nil)
        // The same key with another content: the salt stays.
        let key = PassphraseKey.stretch(
            passphrase.span, salt: file.span.extracting(22..<54), rounds: 1)
        var aead = AEAD(suite: .aesGCM, key: key)
        let header = Array(file.prefix(54))
        let foreign = [UInt8](repeating: 0xee, count: SealedBackup.step)
        var span = file.mutableSpan
        var sealed = span._mutatingExtracting(54..<span.count - 32)
        aead.seal(
            nonce: AEAD.Nonce(repeating: 0), ad: header.span, plaintext: foreign.span,
            into: &sealed)
        #expect(fault(Self.hashed(file)) == .malformed)
    }

    /// A file with the hash that fits it.
    private static func hashed(_ file: [UInt8]) -> [UInt8] {
        let body = Array(file.dropLast(32))
        let hash = SHA256.hash(body.span)
        return body + hash.span.array
    }

    @Test func theRoundsAreThoseOfTheDocuments() throws {
        #expect(PassphraseKey.rounds == 600_000)
        let file = SealedBackup.seal(try Sample.content(), passphrase: passphrase.span)
        #expect(fault(file) == .passphrase, "with fewer rounds")
        let content = try SealedBackup.open(file.span, passphrase: passphrase.span)
        #expect(content.entries.count == Sample.files.count)
    }
}
