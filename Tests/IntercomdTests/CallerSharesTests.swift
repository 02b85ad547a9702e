import Testing

@testable import Intercomd

@Suite struct CallerSharesTests {
    private let shares = CallerShares(places: 16)

    private func holder(_ user: UInt32) -> CallerShares.Holder {
        CallerShares.Holder(user: user, mayAdminister: user < 100)
    }

    /// How many places each of these users gets, one after another.
    private func taken(_ users: UInt32...) -> [Int] {
        var holders: [CallerShares.Holder] = []
        return users.map { user in
            var count = 0
            while shares.hasRoom(for: holder(user), among: holders) {
                holders.append(holder(user))
                count += 1
            }
            return count
        }
    }

    @Test func noUserHoldsAllPlaces() {
        #expect(taken(1001, 1002, 1003, 0) == [8, 4, 0, 4])
        #expect(taken(1001, 0) == [8, 8])
    }

    @Test func anAdministratorMayHoldAll() {
        #expect(taken(0, 1001) == [16, 0])
        #expect(taken(12, 1001) == [16, 0])
    }
}
