import Audio
import Crypto
import Foundation
import Testing
import Wire

/// `recording` as a person runs it: no daemon, no settings.
@Suite struct RecordingCommandTests {
    /// A folder with a recording of two talkers, and the key that opens it.
    private final class Place {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("rec-\(UInt32.random(in: 0...UInt32.max))")
        var sealed: [UInt8] = []
        /// Where each chunk begins.
        var starts: [Int] = []

        init(names: String = #"{"0":"office","7":"kitchen"}"#) throws {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let made = try run("recording", "keygen", path("a.key"))
            let key = try #require(
                RecordingPublicKey(text: made.output.trimmingCharacters(in: .newlines)))
            var sealer = RecordingSealer(
                suite: .aesGCM, startMilliseconds: 1_763_625_600_000, to: [key])
            sealed = sealer.header.bytes
            for index in 0..<4 {
                var chunk = RecordingChunk()
                if index == 0 { _ = chunk.add(Array(names.utf8).span, source: 255, at: 0) }
                for (source, start) in [(UInt8(0), 500), (7, 700)] {
                    for packet in try Self.tone(100).enumerated() {
                        let ms = UInt32(start + 2_000 * index + 10 * packet.offset)
                        _ = chunk.add(packet.element.span, source: source, at: ms)
                    }
                }
                var room = [UInt8](repeating: 0, count: 65_555)
                var span = room.mutableSpan
                let size = sealer.seal(chunk.entries.span, isLast: index == 3, into: &span) ?? 0
                starts.append(sealed.count)
                sealed += room[..<size]
            }
            try write(sealed, to: "talk.icrec")
        }

        deinit { try? FileManager.default.removeItem(at: folder) }

        func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

        func write(_ bytes: [UInt8], to name: String) throws {
            try Data(bytes).write(to: folder.appendingPathComponent(name))
        }

        func run(_ arguments: String...) throws -> Intercomctl.Outcome {
            try Intercomctl.run(arguments, environment: ["TZ": "UTC"])
        }

        func show(_ name: String = "talk.icrec", _ more: String...) throws -> Intercomctl.Outcome {
            try Intercomctl.run(
                ["recording", "show", "--key-file", path("a.key"), path(name)] + more,
                environment: ["TZ": "UTC"])
        }

        func open(_ more: String...) throws -> Intercomctl.Outcome {
            let words = ["recording", "open", "--key-file", path("a.key"), path("talk.icrec")]
            return try Intercomctl.run(
                words + ["--out", path("out")] + more, environment: ["TZ": "UTC"])
        }

        /// 1 kHz at half of full scale, in packets of 10 ms.
        private static func tone(_ count: Int) throws -> [[UInt8]] {
            var encoder = try OpusEncoder(.voice)
            return (0..<count).map { index in
                let samples = (0..<480).map { place in
                    Int16(16_384 * sin(2 * Double.pi * Double(index * 480 + place) / 48))
                }
                var packet = [UInt8](repeating: 0, count: 400)
                var span = packet.mutableSpan
                let size = encoder.encode(samples.span, into: &span)
                return Array(packet[..<size])
            }
        }
    }

    private func json(_ outcome: Intercomctl.Outcome) throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
        return try #require(object as? [String: Any])
    }

    private func samples(_ path: String) throws -> [Int16] {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        return stride(from: 44, to: bytes.count, by: 2).map {
            Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)
        }
    }

    @Test func keyIsMadeOnceAndIsItsOwnersAlone() throws {
        let place = try Place()
        let attributes = try FileManager.default.attributesOfItem(atPath: place.path("a.key"))
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let before = try Data(contentsOf: URL(fileURLWithPath: place.path("a.key")))
        let again = try place.run("recording", "keygen", place.path("a.key"))
        #expect(again.code == 0 && again.output.hasPrefix("intercomrec1:"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: place.path("a.key"))) == before)
        let other = try json(place.run("recording", "keygen", place.path("b.key"), "--json"))
        #expect(other["made"] as? Bool == true)
        #expect(other["key"] as? String != again.output)
        try place.write(Array("intercom-identity-1 11".utf8), to: "c.key")
        let refused = try place.run("recording", "keygen", place.path("c.key"))
        #expect(refused.code == 1 && refused.complaint.contains("chmod 600"))
    }

    @Test func verifyLooksAtTheFrameAndSaysThatItIsNoMore() throws {
        let place = try Place()
        let frame = try place.run("recording", "verify", place.path("talk.icrec"))
        #expect(frame.code == 0)
        #expect(frame.output.contains("only with --key-file can the contents be checked"))
        var changed = place.sealed
        changed[place.starts[1] + 40] ^= 1
        try place.write(changed, to: "changed.icrec")
        #expect(try place.run("recording", "verify", place.path("changed.icrec")).code == 0)
        let checked = try place.run(
            "recording", "verify", "--key-file", place.path("a.key"), place.path("changed.icrec"))
        #expect(checked.code == 1 && checked.output.contains("has a damaged chunk, number 1"))
        let whole = try json(
            place.run(
                "recording", "verify", "--key-file", place.path("a.key"), place.path("talk.icrec"),
                "--json"))
        #expect(whole["contents_checked"] as? Bool == true && whole["chunks"] as? Int == 4)
        try place.write(Array(place.sealed.dropLast(5)), to: "cut.icrec")
        let cut = try place.run("recording", "verify", place.path("cut.icrec"))
        #expect(cut.code == 1 && cut.output.contains("is cut short: it ends before chunk 3"))
    }

    @Test func showHasTheFigures() throws {
        let place = try Place()
        let shown = try place.show()
        #expect(shown.code == 0 && shown.output.contains("began       2025-11-20 08:00:00\n"))
        #expect(shown.output.contains("office") && shown.output.contains("kitchen"))
        let found = try json(place.show("talk.icrec", "--json"))
        #expect(found["seconds"] as? Double == 7.7)
        #expect(found["bytes"] as? Int == place.sealed.count)
        let talkers = try #require(found["talkers"] as? [[String: Any]])
        #expect(talkers.map { $0["name"] as? String } == ["office", "kitchen"])
        for talker in talkers {
            #expect(talker["seconds"] as? Double == 4 && talker["packets"] as? Int == 400)
            #expect(talker["bitrate"] as? Double == 46_400)
            let level = try #require(talker["level_dbfs"] as? Double)
            #expect(abs(level - -9) < 0.5)
        }
        let payload = try #require(found["opus_bytes"] as? Int)
        #expect(payload == 800 * 58)
        // Even with a header in so short a recording.
        #expect(Double(place.sealed.count) < 1.16 * Double(payload))
    }

    @Test func openWritesEachTalkerOnItsTimeOrAMix() throws {
        let place = try Place()
        let out = place.path("out")
        let opened = try place.open()
        #expect(opened.code == 0 && opened.output == "\(out)/office.wav\n\(out)/kitchen.wav\n")
        let office = try samples("\(out)/office.wav")
        let kitchen = try samples("\(out)/kitchen.wav")
        #expect(office.count == 7_500 * 48 && kitchen.count == 7_700 * 48)
        #expect(office[..<(500 * 48)].allSatisfy { $0 == 0 })
        #expect(office[(510 * 48)..<(1_500 * 48)].contains { $0 > 12_000 })
        #expect(office[(1_500 * 48)..<(2_500 * 48)].allSatisfy { $0 == 0 })
        let again = try place.open()
        #expect(again.code == 1 && again.complaint.contains("--out DIR"))
        let mixed = try place.open("--mix")
        #expect(mixed.output == "\(out)/mix.wav\n")
        let mix = try samples("\(out)/mix.wav")
        #expect(mix.count == kitchen.count)
        // Where one talks alone, the mix is that.
        #expect(mix[(500 * 48)..<(700 * 48)] == office[(500 * 48)..<(700 * 48)])
        #expect(mix[(1_000 * 48)..<(1_010 * 48)] != office[(1_000 * 48)..<(1_010 * 48)])
    }

    @Test func damagedFileOpensAsFarAsItIsWhole() throws {
        let place = try Place()
        var changed = place.sealed
        changed[place.starts[1] + 40] ^= 1
        let starts = place.starts + [changed.count]
        let swapped =
            changed[..<starts[2]] + changed[starts[3]..<starts[4]] + changed[starts[2]..<starts[3]]
        try place.write(Array(swapped), to: "talk.icrec")
        let opened = try place.open()
        #expect(opened.code == 4 && opened.output.contains("has a damaged chunk, number 1"))
        #expect(opened.output.contains("has chunk 3 in the place of chunk 2"))
        let office = try samples(place.path("out/office.wav"))
        #expect(office.count == 7_500 * 48)
        #expect(office[(2_500 * 48)..<(3_500 * 48)].allSatisfy { $0 == 0 })
        #expect(office[(4_500 * 48)..<(5_500 * 48)].contains { $0 > 12_000 })
    }

    @Test(arguments: [#"{"0":"../x","7":"A b"}"#, #"{"0":"x","7":"x"}"#, "no JSON"])
    func namesThatNoFolderShouldTakeAreReplaced(names: String) throws {
        let place = try Place(names: names)
        let opened = try place.open()
        let found = try FileManager.default.contentsOfDirectory(atPath: place.path("out"))
        #expect(opened.code == 0 && Set(found) == ["talker-0.wav", "talker-7.wav"])
    }

    @Test func complaintsSayWhatToDo() throws {
        let place = try Place()
        let file = place.path("talk.icrec")
        #expect(try place.run("recording", "show", file).complaint.contains("--key-file FILE"))
        #expect(try place.run("recording", "open", file).code == 2)
        _ = try place.run("recording", "keygen", place.path("b.key"))
        let other = try place.run("recording", "show", "--key-file", place.path("b.key"), file)
        #expect(other.code == 1 && other.complaint.contains("is not sealed to this key"))
        let none = try place.run("recording", "verify", place.path("a.key"))
        #expect(none.complaint.contains("is not a recording: it does not begin with ICREC1"))
        #expect(try place.run("recording", "verify", place.path("gone")).code == 1)
        let bad = try place.run("recording", "show", "--key-file", file, file)
        #expect(bad.code == 1)
        #expect(try place.run("recording").complaint.contains("keygen, verify, show, open"))
    }
}
