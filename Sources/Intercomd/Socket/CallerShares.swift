/// How the places at the control socket are shared among the users of the machine.
///
/// A user who holds places for hours, or opens ever new ones, leaves some to others; and root and
/// the administrators always find one, to end what that user has begun.
struct CallerShares {
    /// The holder of a place.
    struct Holder {
        let user: UInt32
        let mayAdminister: Bool
    }

    let places: Int

    /// The most places of all users together who may not administer.
    var ofOthers: Int { places * 3 / 4 }
    /// The most places of one such user.
    var ofOne: Int { places / 2 }

    func hasRoom(for newcomer: Holder, among holders: [Holder]) -> Bool {
        guard holders.count < places else { return false }
        return newcomer.mayAdminister
            || (holders.count { !$0.mayAdminister } < ofOthers
                && holders.count { $0.user == newcomer.user } < ofOne)
    }
}
