import Testing

@testable import HAL

@Suite struct NameLookupTests {
    @Test func answersComeInTheOrderOfTheNames() {
        let answers = NameLookup.addresses(
            of: ["127.0.0.1", "name.invalid.", "::1"], limit: .seconds(30))
        #expect(answers.count == 3)
        #expect(answers[0] == .found([SocketAddress(host: "127.0.0.1", port: 1)!.withoutPort]))
        #expect(answers[2] == .found([SocketAddress(host: "::1", port: 1)!.withoutPort]))
        // RFC 6761 §6.4: it never exists; without a name server that is not known.
        if case .found = answers[1] { Issue.record("an invalid name was found") }
    }

    @Test func aNameThatIsInAFileIsFoundAndAnUnknownOneIsNamed() throws {
        guard case .found(let local) = NameLookup("localhost").answer(within: .seconds(30))
        else {
            Issue.record("localhost is unknown")
            return
        }
        #expect(local.allSatisfy { $0.isLoopback && $0.port == 0 })
        guard case .failed(let error) = NameLookup("no such host").answer(within: .seconds(30))
        else {
            Issue.record("it is found")
            return
        }
        #expect(error.description.hasPrefix("address of no such host: "))
    }

    @Test func noNamesAreNoWork() {
        #expect(NameLookup.addresses(of: [], limit: .zero).isEmpty)
    }
}

extension SocketAddress {
    fileprivate var withoutPort: SocketAddress {
        SocketAddress(high: high, low: low, port: 0, scope: scope)
    }
}
