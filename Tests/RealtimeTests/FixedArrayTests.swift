import Realtime
import Testing

@Suite struct FixedArrayTests {
    struct Cell: ~Copyable {
        var value: Int
        let graveyard: Graveyard
        deinit { graveyard.dead += 1 }
    }

    final class Graveyard { var dead = 0 }

    enum Stop: Error { case here }

    @Test func elementsChangeInPlace() {
        let graveyard = Graveyard()
        var cells = FixedArray(count: 3) { Cell(value: $0, graveyard: graveyard) }
        cells[1].value += 10
        #expect(cells[0].value == 0)
        #expect(cells[1].value == 11)
        #expect(graveyard.dead == 0)
    }

    @Test func everyElementDiesOnce() {
        let graveyard = Graveyard()
        do { _ = FixedArray(count: 5) { Cell(value: $0, graveyard: graveyard) } }
        #expect(graveyard.dead == 5)
    }

    @Test func aFailureOnTheWayLeavesNothingBehind() {
        let graveyard = Graveyard()
        #expect(throws: Stop.here) {
            _ = try FixedArray(count: 5) { (index) throws(Stop) in
                if index == 3 { throw .here }
                return Cell(value: index, graveyard: graveyard)
            }
        }
        #expect(graveyard.dead == 3)
    }

    @Test func everyElementHasTheValueAtFirstAndAfterFilling() {
        var array = FixedArray<Int32>(count: 5, repeating: 7)
        #expect(array.count == 5)
        for index in array.indices { #expect(array[index] == 7) }
        array[3] = 1
        do {
            var span = array.mutableSpan
            span[0] = span[3] + 1
        }
        #expect(array[0] == 2 && array[3] == 1)
        array.fill(with: -2)
        for index in array.indices { #expect(array[index] == -2) }
    }

    @Test func anIndexOutsideTraps() async {
        await #expect(processExitsWith: .failure) {
            let cells = FixedArray(count: 2) { $0 }
            _ = cells[2]
        }
    }
}
