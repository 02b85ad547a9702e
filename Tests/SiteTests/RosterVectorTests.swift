import Crypto
import Foundation
import Testing
import Wire

@testable import Peering

/// The roster in `Tests/Vectors/intercom_v1.json`, which no code of this program has made.
@Suite struct RosterVectorTests {
    private struct File: Decodable {
        struct Station: Decodable {
            let name: String
            let key: String
            let addresses: [String]
        }
        struct Given: Decodable {
            let secret: String
            let name: String
            let counter: UInt64
            let stations: [Station]
            /// By name: `*`, or the names of stations.
            let channels: [String: String]
        }
        struct Made: Decodable {
            let text: String
            let text_ref: String
            let ref: String
            let digits: String
        }
        struct Inputs: Decodable { let site: Given }
        let inputs: Inputs
        let site: Made
    }

    private let given: File.Given
    private let made: File.Made

    init() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Vectors/intercom_v1.json")
        let file = try JSONDecoder().decode(File.self, from: Data(contentsOf: path))
        (given, made) = (file.inputs.site, file.site)
    }

    private func roster(_ key: VerifyingKey) throws -> Roster {
        let stations = try given.stations.map { station in
            let key = try #require(PublicKey(text: station.key))
            return try #require(
                Roster.Station(name: station.name, key: key, addresses: station.addresses))
        }
        let channels = try given.channels.sorted { $0.key < $1.key }.map { name, stations in
            let members = stations == "*" ? nil : stations.split(separator: ",").map(String.init)
            return try #require(Roster.Channel(name: name, members: members))
        }
        return Roster(
            name: given.name, key: key, counter: given.counter, stations: stations,
            channels: channels)
    }

    @Test func isWrittenSignedAndReadAsThere() throws {
        let digits = Array(given.secret)
        let secret = try stride(from: 0, to: digits.count, by: 2).map { place in
            try #require(UInt8(String(digits[place...place + 1]), radix: 16))
        }
        guard let key = SigningKey(Key(copying: secret.span)) else {
            Issue.record("the secret is no number of the curve")
            return
        }
        let roster = try roster(key.verifyingKey)
        let signed = roster.signed(by: key)
        #expect(signed == made.text)
        #expect(try Roster(parsing: Array(made.text.utf8)) == roster)
    }

    @Test func isSpokenOfAsThere() throws {
        let text = Array(made.text.utf8)
        let roster = try Roster(parsing: text)
        #expect(roster.key.fingerprint == made.digits)
        let notice = RosterNotice(
            site: try #require(UInt64(made.ref, radix: 16)), counter: given.counter,
            size: UInt16(text.count), text: try #require(UInt64(made.text_ref, radix: 16)))
        #expect(RosterExchange.Held(roster, text).notice == notice)
    }
}
