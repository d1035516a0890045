// One training by several processes: mpirun -n 4 build/release/examples/distributed. Started alone, or with any number
// of processes, it prints the same.
#include <norma/distributed/mpi_communicator.hpp>
#include <norma/distributed/mpi_reducer.hpp>
#include <norma/distributed/mpi_session.hpp>
#include <norma/distributed/mpi_threads.hpp>
#include <norma/norma.hpp>

#include <cstdio>
#include <span>

using namespace norma;
using Net =
    Network<Shape<3, 32, 32>, Block<16, 3, BatchNorm>, MaxPool2d<2>, Block<32, 3, BatchNorm>, MaxPool2d<2>, Linear<10>>;

int main() {
    const MpiSession session;   // MPI from here to the end
    const MpiCommunicator all;  // the processes that mpirun has started
    MpiReducer reducer(all);
    return session.run(reducer, [&] {
        const auto [cores, warning] = mpi_threads(all);
        Threads threads(cores, reducer);  // all that trains or evaluates with these threads is shared
        const bool first = reducer.rank() == 0;
        if (first && !warning.empty()) std::fprintf(stderr, "%s\n", warning.c_str());

        const TrainTest data = synthetic_dataset(2000, 500, 1);  // the same data in each process
        Batches train(data.train, {.shuffle = true});
        const Batches test(data.test);
        Net network(1);
        Trainer trainer(network, threads, {.epochs = 3});
        for (const EpochRecord& epoch : trainer.fit(train, test).epochs) {
            if (first) std::printf("epoch %d: test accuracy %.1f %%\n", epoch.epoch + 1, epoch.test_accuracy);
        }
        const std::uint64_t hash = xxh64(std::as_bytes(network.parameters()));
        if (first) std::printf("hash of the weights: %s\n", hexadecimal(hash).c_str());
    });
}
