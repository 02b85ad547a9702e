import Testing

@testable import Config

@Suite struct ReservedNameTests {
    @Test(arguments: ["mic", "speaker", "reply"])
    func noPeerHasANameThatMeansSomethingElse(name: String) throws {
        let meaning = try #require(ReservedName.meaning(of: name))
        let peer = "[peer \(name)]\nkey = \(keyA)\n"
        let error = #expect(throws: ConfigError.self) {
            try parse("[station]\nname = a\n", learned: peer)
        }
        #expect(
            error?.description == "l.conf:1: [peer \(name)]: \(name) means \(meaning); rename it")
        let config = try parse("[station]\nname = a\n", learned: "[peer x\(name)]\nkey = \(keyA)\n")
        #expect(config.peers.count == 1)
        #expect(ReservedName.meaning(of: "x\(name)") == nil)
    }
}
