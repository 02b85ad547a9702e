import Testing

@testable import Config

@Suite struct GarbageTests {
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

    @Test func hugeLinesAndManyLinesEnd() {
        #expect(survives([UInt8](repeating: UInt8(ascii: "a"), count: 10_000_000), as: [.main]))
        #expect(survives([UInt8](repeating: UInt8(ascii: "\n"), count: 200_000)))
        #expect(survives([UInt8](repeating: UInt8(ascii: "["), count: 100_000)))
        #expect(survives(Array("[station]\n".utf8) + Array("=\n".utf8)))
        let keys = String(repeating: "name = a\n", count: 20_000)
        #expect(complaints("[station]\n" + keys).count == 21)
    }
}
