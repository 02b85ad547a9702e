import Foundation
import Seeds
import Testing

@testable import Config

@Suite struct GarbageTests {
    private static let times = isLongRun ? 30 : 1

    private func survives(
        _ bytes: [UInt8], as roles: [ConfigSource.Role] = [.main, .peers, .learned, .site]
    ) -> Bool {
        for role in roles {
            let source = ConfigSource(role: role, path: "g", bytes: bytes)
            _ = try? Config([source], paths: Paths(stateDirectory: "", runtimeDirectory: ":"))
            _ = Config.paths(
                in: source, otherwise: Paths(stateDirectory: nil, runtimeDirectory: nil))
        }
        return true
    }

    @Test func spoiledGoodFilesGiveAConfigOrErrors() {
        let seed = testSeed()
        var random = SplitMix64(seed: seed)
        let good = Array(
            """
            [station]
            name = kitchen
            [network]
            port = 5577
            listen = 192.0.2.1, ::1
            [audio]
            input = usb:0d8c:0014
            period = 2.5ms
            jitter = low
            [button ptt]
            line = gpiochip0/17
            talk = house
            [channel house]
            members = garage
            gain = -3.5dB
            [peer garage]
            address = [2001:db8::1]:5577, garage.local
            key = \(keyA)
            psk = file:garage.psk
            """.utf8)
        let favourites = Array("=[]#:,.-+%* \n\r\0\u{FEFF}019afhmsdBk".utf8)
        for _ in 0..<600 * Self.times {
            var bytes = good
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                let byte =
                    Bool.random(using: &random)
                    ? favourites.randomElement(using: &random)!
                    : UInt8.random(in: 0...255, using: &random)
                switch Int.random(in: 0...3, using: &random) {
                case 0: bytes[place] = byte
                case 1: bytes.insert(byte, at: place)
                case 2: bytes.remove(at: place)
                default:
                    let end = min(bytes.count, place + Int.random(in: 0...40, using: &random))
                    bytes.insert(contentsOf: bytes[place..<end], at: place)
                }
            }
            #expect(survives(bytes), "seed \(seed)")
        }
    }

    @Test func hugeLinesAndManyLinesEnd() {
        #expect(survives([UInt8](repeating: UInt8(ascii: "a"), count: 10_000_000), as: [.main]))
        #expect(survives([UInt8](repeating: UInt8(ascii: "\n"), count: 200_000)))
        #expect(survives([UInt8](repeating: UInt8(ascii: "["), count: 100_000)))
        #expect(survives(Array("[station]\n".utf8) + Array("=\n".utf8)))
        let keys = String(repeating: "name = a\n", count: 20_000)
        #expect(complaints("[station]\n" + keys).count == 21)
    }
}
