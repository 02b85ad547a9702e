import Testing

@testable import Station

@Suite struct PeerRequestsTests {
    @Test func whatCameOfARequestIsToldOnceAndOfTheRequestThatItAnswers() {
        var requests = PeerRequests()
        var orders = Orders()
        requests.asked(1, mid: 7, for: "relay door")
        requests.asked(2, mid: 7, for: "call light")
        requests.resulted(7, of: 2, .unseen, &orders)
        requests.resulted(7, of: 2, .done, &orders)
        requests.resulted(8, of: 1, .done, &orders)
        requests.resulted(7, of: 1, .noAnswer, &orders)
        #expect(
            orders.all == [
                .notice(.result(peer: 2, peerRequest: 7, what: "call light", .unseen)),
                .notice(.result(peer: 1, peerRequest: 7, what: "relay door", .noAnswer)),
            ])
    }

    @Test func theOldestRequestIsGivenUpForANewerOne() {
        var requests = PeerRequests()
        var orders = Orders()
        for mid in 0...UInt32(PeerRequests.most) { requests.asked(0, mid: mid, for: "relay door") }
        requests.resulted(0, of: 0, .done, &orders)
        #expect(orders.all.isEmpty)
        requests.resulted(1, of: 0, .done, &orders)
        #expect(orders.all.count == 1)
    }
}
