import Realtime
import Testing

@Suite struct GrowingArrayTests {
    final class Lives: @unchecked Sendable {
        var made = 0
        var dead = 0
    }

    struct Cell: ~Copyable {
        var value = 7
        let lives: Lives

        init(_ lives: Lives) {
            self.lives = lives
            lives.made += 1
        }

        deinit { lives.dead += 1 }
    }

    @Test func whatNobodyHasChangedReadsAsBlankAndIsNotMade() {
        let lives = Lives()
        let cells = GrowingArray(capacity: 32) { Cell(lives) }
        for index in 0..<32 { #expect(cells[index].value == 7) }
        #expect(cells.count == 0)
        #expect(cells.indices.isEmpty)
        #expect(lives.made == 1, "the blank one")
    }

    @Test func aChangeMakesTheElementAndThoseBeforeIt() {
        let lives = Lives()
        var cells = GrowingArray(capacity: 32) { Cell(lives) }
        cells[2].value += 10
        #expect(cells.count == 3)
        #expect(lives.made == 4)
        cells[0].value = 1
        #expect(cells.count == 3)
        #expect(lives.made == 4)
        #expect([cells[0].value, cells[1].value, cells[2].value, cells[3].value] == [1, 7, 17, 7])
    }

    @Test func everyElementDiesOnce() {
        let lives = Lives()
        do {
            var cells = GrowingArray(capacity: 5) { Cell(lives) }
            cells[1].value = 0
            #expect(lives.dead == 0)
        }
        #expect(lives.dead == 3)
        #expect(lives.made == 3)
    }

    @Test func anIndexOutsideTheRoomTraps() async {
        await #expect(processExitsWith: .failure) {
            var numbers = GrowingArray(capacity: 4) { 0 }
            numbers[4] = 1
        }
        await #expect(processExitsWith: .failure) {
            let numbers = GrowingArray(capacity: 4) { 0 }
            _ = numbers[4]
        }
    }
}
