import Testing

@testable import Station

@Suite struct WhereaboutsTests {
    private var places = Whereabouts()
    private var orders = Orders()

    private mutating func answered(_ isFound: Bool, _ complaint: String? = nil) -> [Order] {
        places.answered(1, isFound: isFound, complaint: complaint, &orders)
        return orders.all
    }

    @Test mutating func aNameThatIsNotFoundIsToldOnceForEachReason() {
        #expect(answered(false, "no such name") == [.notice(.unresolved(peer: 1, "no such name"))])
        #expect(answered(false, "no such name").isEmpty)
        #expect(places.complaint(of: 1) == "no such name")
        #expect(!places.isResolved(1))
        #expect(answered(false, "no server") == [.notice(.unresolved(peer: 1, "no server"))])
        // Nothing found and nothing said: what is known stands.
        #expect(answered(false).isEmpty)
        #expect(places.complaint(of: 1) == "no server")
        #expect(answered(true).isEmpty)
        #expect(places.complaint(of: 1) == nil)
        #expect(places.isResolved(1))
        #expect(answered(false, "no server") == [.notice(.unresolved(peer: 1, "no server"))])
        #expect(places.isResolved(1))
    }

    @Test mutating func oneOfTwoNamesIsEnough() {
        #expect(answered(true, "no such name") == [.notice(.unresolved(peer: 1, "no such name"))])
        #expect(places.isResolved(1))
        #expect(places.complaint(of: 1) == nil)
    }

    @Test mutating func otherAddressesAreCalledOnceAndLookedForAnew() {
        _ = answered(false, "no such name")
        places.answered(1, isFound: true, complaint: nil, &orders)
        places.moved(1)
        #expect(places.hasMoved(1))
        #expect(!places.isResolved(1))
        #expect(places.complaint(of: 1) == nil)
        let isFirstCall = places.called(1)
        let isSecondCall = places.called(1)
        #expect(isFirstCall && !isSecondCall)
        #expect(!places.hasMoved(1) && !places.hasMoved(0))
    }
}
